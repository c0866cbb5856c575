"""A network of Tesseract in whole numbers, turned into the real numbers that it can learn from.

The language data of distributions hold 8-bit networks, and ``lstmtraining`` goes on from networks
of real numbers only. What the rounding took is lost, and learning begins from there. The form of
the file is that of Tesseract 5: ``Serialize`` of ``src/lstm/network.cpp``, its subclasses,
``weightmatrix.cpp`` and ``lstmrecognizer.cpp``.
"""

from __future__ import annotations

import struct

import numpy as np

_PARTED = frozenset({"Series", "Parallel", "RTLReversed", "TTBReversed", "XYTranspose"})
_FULLY_CONNECTED = frozenset({"Logistic", "Tanh", "Relu", "Linear", "Softmax", "SoftmaxNoCTC"})
_WINDOWED = frozenset({"Convolve", "Maxpool", "Reconfig"})
_RECURRENT = frozenset({"LSTM", "SummLSTM"})
_OWN_RATES = 64  # NF_LAYER_SPECIFIC_LR
_WHOLE_NUMBERS, _DOUBLES = 1, 128  # kInt8Flag, kDoubleFlag of a matrix
_IN_WHOLE_NUMBERS = 1  # TF_INT_MODE of the recogniser
_GATES = 4


def in_real_numbers(component: bytes) -> bytes:
    """Return the ``lstm`` component of language data with its weights as real numbers.

    Raises:
        ValueError: it is no 8-bit network of one-dimensional layers.
    """
    reader = _Reader(component)
    _network(reader)
    reader.string()  # the specification of the network
    flags = reader.number()
    reader.written[-4:] = struct.pack("<i", flags & ~_IN_WHOLE_NUMBERS)
    reader.copy(len(component) - reader.place)
    return bytes(reader.written)


class _Reader:
    """Goes through the bytes and writes them anew, the same but for what is replaced."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0
        self.written = bytearray()

    def take(self, length: int) -> bytes:
        """Return the next bytes without writing them."""
        taken = self._data[self.place : self.place + length]
        if len(taken) < length:
            raise ValueError("the network ends too early")
        self.place += length
        return taken

    def copy(self, length: int) -> bytes:
        """Return the next bytes, and write them."""
        taken = self.take(length)
        self.written += taken
        return taken

    def number(self) -> int:
        """Return a whole number of 32 bits, and write it."""
        return int(struct.unpack("<i", self.copy(4))[0])

    def string(self) -> str:
        """Return a text after its length, and write both."""
        return self.copy(self.number()).decode("latin-1")


def _network(reader: _Reader) -> None:
    if reader.copy(1) != b"\0":
        raise ValueError("the network is of an older form, whose kinds are numbers")
    kind = reader.string()
    reader.copy(2)  # whether it is in training, whether errors are to be handed back
    flags, inputs, outputs = (reader.number() for _ in range(3))
    reader.number()  # how many weights it has
    reader.string()  # its name
    if kind in _PARTED:
        for _ in range(reader.number()):
            _network(reader)
        if flags & _OWN_RATES:
            reader.copy(4 * reader.number())
    elif kind in _RECURRENT:
        if reader.number() != inputs + outputs:
            raise ValueError(f"{kind}: its layers have two dimensions")
        for _ in range(_GATES):
            _matrix(reader)
    elif kind in _FULLY_CONNECTED:
        _matrix(reader)
    elif kind == "Input":
        reader.copy(4 * 5)
    elif kind in _WINDOWED:
        reader.copy(4 * 2)
    else:
        raise ValueError(f"{kind} is no kind of network that is known here")


def _matrix(reader: _Reader) -> None:
    """Write the weights of a matrix as real numbers: each row is multiplied by its scale."""
    mode = reader.take(1)[0]
    if mode & (_WHOLE_NUMBERS | _DOUBLES) != _WHOLE_NUMBERS | _DOUBLES:
        raise ValueError("the weights are no whole numbers")
    rows, columns = struct.unpack("<II", reader.take(8))
    reader.take(1)  # what an empty place of it holds
    weights = np.frombuffer(reader.take(rows * columns), np.int8).reshape(rows, columns)
    scales = struct.unpack("<I", reader.take(4))[0]
    scale = np.frombuffer(reader.take(8 * scales), "<f8")[:rows, np.newaxis]
    reader.written += bytes([mode & ~_WHOLE_NUMBERS]) + struct.pack("<IId", rows, columns, 0.0)
    reader.written += (weights * scale).astype("<f8").tobytes()
