"""Milenage (TS 35.206) on AES-128 of python3-cryptography: a second implementation, so that the HSS's own is not its only judge."""
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def _aes(k, block):
    encryptor = Cipher(algorithms.AES(k), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def _xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def _rotate(block, bits):
    return block[bits // 8:] + block[:bits // 8]


def opc_from_op(k, op):
    return _xor(_aes(k, op), op)


def f1_all(k, opc, rand, sqn, amf):
    """-> (MAC-A, MAC-S)"""
    temp = _aes(k, _xor(rand, opc))
    out = _xor(_aes(k, _xor(temp, _rotate(_xor((sqn + amf) * 2, opc), 64))), opc)
    return out[:8], out[8:]


def _output(k, opc, rand, rotation, constant):
    temp = _aes(k, _xor(rand, opc))
    return _xor(_aes(k, _xor(_rotate(_xor(temp, opc), rotation), bytes(15) + bytes([constant]))), opc)


def f2_f5(k, opc, rand):
    """-> (RES, AK)"""
    out = _output(k, opc, rand, 0, 1)
    return out[8:], out[:6]


def f3(k, opc, rand):
    return _output(k, opc, rand, 32, 2)


def f4(k, opc, rand):
    return _output(k, opc, rand, 64, 4)


def f5star(k, opc, rand):
    return _output(k, opc, rand, 96, 8)[:6]


if __name__ == "__main__":  # TS 35.208 test set 1
    h = bytes.fromhex
    k, rand = h("465b5ce8b199b49faa5f0a2ee238a6bc"), h("23553cbe9637a89d218ae64dae47bf35")
    opc = opc_from_op(k, h("cdc202d5123e20f62b6d676ac72cb318"))
    assert opc.hex() == "cd63cb71954a9f4e48a5994e37a02baf"
    assert [x.hex() for x in f1_all(k, opc, rand, h("ff9bb4d0b607"), h("b9b9"))] == ["4a9ffac354dfafb3", "01cfaf9ec4e871e9"]
    assert [x.hex() for x in f2_f5(k, opc, rand)] == ["a54211d5e3ba50bf", "aa689c648370"]
    assert (f3(k, opc, rand).hex(), f4(k, opc, rand).hex()) == ("b40ba9a3c58b2a05bbf0d987b21bf8cb", "f769bcd751044604127672711c6d3441")
    assert f5star(k, opc, rand).hex() == "451e8beca43b"
    print("Milenage test set 1 passed")
