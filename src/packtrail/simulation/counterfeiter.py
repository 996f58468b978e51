"""A counterfeiter: prints genuine numbers on fakes, invents a few, and sells to a pharmacy.

The genuine numbers come from empty boxes of packs that were dispensed, and from a pack that still
stands on the shelf of another pharmacy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.simulation.goods import Fake, Lot
from packtrail.simulation.numbering import serials

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from packtrail.simulation.pharmacy import Pharmacy
    from packtrail.simulation.scene import Scene

COPIES_MAX = 4
INVENTED = (1, 2)


class Counterfeiter:
    """Sells fakes to pharmacies that buy from strangers."""

    def __init__(self, scene: Scene, pharmacies: Sequence[Pharmacy]) -> None:
        self._scene = scene
        self._pharmacies = pharmacies

    def sell(self, pharmacy: Pharmacy, moment: datetime) -> None:
        """Sell copies and inventions to a pharmacy, if there is anything to copy yet."""
        fakes = self._copies(pharmacy, moment)
        if fakes:
            lot = fakes[0].lot
            fakes += [Fake(lot, serial, is_copy=False) for serial in self._invent(lot)]
            pharmacy.buy(fakes, moment)

    def _copies(self, buyer: Pharmacy, moment: datetime) -> list[Fake]:
        market = buyer.location.organisation.market
        boxes = [box for box in self._scene.recently_dispensed if box.lot.product.market == market]
        genuine = boxes[-COPIES_MAX:]
        for box in genuine:
            self._scene.recently_dispensed.remove(box)
        for pharmacy in self._pharmacies:
            pack = pharmacy.peek(moment.date()) if pharmacy is not buyer else None
            if pack and pack.lot.product.market == market:
                genuine.append(pack)
                break
        return [Fake(pack.lot, pack.serial, is_copy=True) for pack in genuine]

    def _invent(self, lot: Lot) -> list[str]:
        product = lot.product
        return serials(
            self._scene.rng,
            self._scene.rng.randint(*INVENTED),
            alphabet=product.serial_alphabet,
            length=product.serial_length,
        )
