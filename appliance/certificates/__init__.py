"""The panel's HTTPS: the box's own certificate authority, the panel's certificate, and when it is made anew."""
