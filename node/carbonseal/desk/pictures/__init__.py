"""Pictures of a product's carbon as SVG: every mark has its words, so that they are read without colour. Private."""
