"""The shell's commands over whole corpora; `cli` mounts them."""
