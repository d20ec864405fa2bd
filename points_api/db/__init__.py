"""The store: connection, transactions, and what is written together with every change."""
