"""The shopper's pages: basket, checkout and orders."""
