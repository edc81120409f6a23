"""Others who prove who somebody is: issuers of OpenID Connect, and the passkeys of people's devices."""
