"""The REST API: checks what comes in, calls one service or selector, renders the answer."""
