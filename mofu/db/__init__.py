"""What is known: typed models, queries and migrations over a database, and content-addressed files beside it."""
