"""Pictures and their regions → one PNG on which one sees where a word was found, by one method or by several."""

from mofu.export.region_sheet.drawing import DARK, LIGHT, RegionSheet, SheetPicture, SheetRegion, Theme, draw_regions
from mofu.export.region_sheet.sheet import write_region_sheet

__all__ = [
    "DARK", "LIGHT", "RegionSheet", "SheetPicture", "SheetRegion", "Theme", "draw_regions", "write_region_sheet",
]  # fmt: skip
