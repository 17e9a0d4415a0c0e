"""Untrusted bytes → checked pixels: decoding in sandboxed processes, hashes, thumbnails.

`sandbox.DecoderPool` is what the rest of mofu calls; only its child processes ever decode bytes from the web.
"""
