"""From a garden to pixels: ground colours, light traced over plants, and the laying into the photo."""
