"""Serial supply: pools of serial numbers, what they give, and what becomes of it.

| Module | What |
|---|---|
| `pools` | see pools; find the one that is meant |
| `opening`, `changing` | open pools; change, close them, give them new keys |
| `allocating` | take numbers, the same for the same request id for ever |
| `settling`, `expiring` | say what became of them: used, returned, void, expired |
| `origins` | tell many numbers at once where they come from |
| `looking_up`, `proving` | find a number again; go through whole ledgers |
| `topping_up`, `ordering`, `importing` | stock from a parent pool, or from an authority |
| `stations`, `blocks` | sealed blocks for a line that runs without a network |
| `forecasting`, `alarms` | when a pool runs low |
"""
