"""One machine to many: stages as tasks over ids, where they run, and what becomes of them when something dies."""
