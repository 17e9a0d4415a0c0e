"""What people see: a library → pages and a JSON interface; one blueprint a page group, its templates beside it."""
