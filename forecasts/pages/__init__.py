"""The public pages: each view reads the address, calls one selector and renders its answer."""
