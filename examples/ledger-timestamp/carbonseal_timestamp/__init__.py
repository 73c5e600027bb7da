"""Time-stamp authorities (RFC 3161) as a ledger of carbonseal: `token` reads their answers, `checking` and `sending` use them."""
