"""The other cities: who belongs to the exchange, how they are asked, how they are let in."""
