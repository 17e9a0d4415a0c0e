"""One rule of careful crawling a file; `mofu.crawler.fetch` applies them in one visible order."""
