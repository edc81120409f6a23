"""Payment services behind the `Payments` port."""
