"""Images → Fisher vectors of local texture and colour (Perronnin et al., ECCV 2010), with numpy and OpenCV alone."""
