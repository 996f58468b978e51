"""Values of an object that are made when they are first asked for, and kept.

>>> class Circle:
...     def __init__(self, radius: float) -> None:
...         self.radius = radius
...
...     @once
...     def area(self) -> float:
...         return 3 * self.radius**2
>>> circle = Circle(2)
>>> circle.area, vars(circle)
(12, {'radius': 2, 'area': 12})
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - used like `property`
    """A property that is made once.

    As `functools.cached_property`, without the lock that it takes before Python 3.12: that costs
    more than most of what is kept this way. Two threads that ask at one time may both make it.

    Args:
        make: Makes the value from the object.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    def __get__(self, instance: object, owner: type) -> T:
        made = instance.__dict__[self._name] = self._make(instance)
        return made
