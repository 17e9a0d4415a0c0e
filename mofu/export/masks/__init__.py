"""Regions → masks that other tools read: PNG files, or COCO's annotations as run lengths or polygons."""
