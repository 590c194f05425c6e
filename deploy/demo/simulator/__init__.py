"""A stand-in for WeCom: its server interfaces, its callbacks and phones you can click in a browser."""
