"""From a word to hits to outcomes: search services asked, images fetched politely, every hit's fate recorded."""
