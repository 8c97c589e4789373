"""What other programs made: OpenSSL 3 and Node 20. How is said above each constant.

In the snippets ``c`` is node's ``crypto``, ``b = (x) => Buffer.from(x).toString("base64url")`` and
``sha = (text) => c.createHash("sha256").update(text).digest("hex")``.
"""

from __future__ import annotations

COMPANY = "b9a7c1e2-3d44-4f6b-8a1d-52c0f8e7a901"
BUYER = "d2f4a6b8-1c3e-4d5f-8a7b-9c0d1e2f3a4b"
PRODUCT = "0c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"
TOKEN_OF_PRODUCT = "1d0e2c3b-4a59-4687-9f7e-8d6c5b4a3f2e"
CURRENCY = "65fe1119-6ec0-4b78-8d30-cb989914bdcb"

# openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt
PRIVATE_KEY = """\
-----BEGIN PRIVATE KEY-----
MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDcpH7E62wvlI5Y
xEaTq9+VyAt+3vG/Fo2k6O3TE4skjxmEo5sm4qiGucQcwZhyU2J/tgwLYJdJqWS1
+NN9T/sov6hYtLfIla0sATMR5LevZr4RNXUu35T4FdKPAFlVNS5cgWKJEwnbrCHp
5G6THGKaLTspFTK6BAoq9uzjC6kwP8uc5CwdtQJu2huoo/1gisqNZ3DmK5Eg2Z8B
77vYZzAlBJaGn7Wn392581ztL0rx9eOiCyhAy1P4W/yJ8HXvQ4KrT6nUPOuC7HNr
ynRCFx5LX4BzDp68wZd5lWYpl2pUEyPIovZEN20dRVAE8L/Gkwjt/y9Qn5pgAFkU
VfFecI95AgMBAAECggEAFurC/AMT1pFQg6nHRtlIPM9tWj0f0OAv0Bwdb5oNDrwK
Q3uWxuAt7uhmlTIKen1ssqUe9SOQMydz/W6d0Ns41A+sFaKXoC7jsLljK42dAovi
W/k4dajlWSszFoVLwgznBtatfF1M3dMwJpICZidBmo/uICNChI2c3L+O9Tol1Yvp
UMOQPjW2dwpnzgMI73PPRv/86Mfg4AZ4HvtEejQIMC52TSq2qWEmaQyAsVDIEvDl
9EbZ8QqPcw59TEKMBHCChcoxSJgTWyWhsiOs8RbU3RYz5Ml0WURhbEXtfHvsbptO
gHgBeZ8s9/HyTmME44E4RlrTlNHuciOvTwSOQrnc/QKBgQD7NkM9UPoaF46DqY4l
lrH4fhRQc72TTURxyVEDUIFzv8+/AiG5Dq4W6fCL3qYs44nJ8WL8VDH36Q4aXoLG
BhUe/oR2f5SWmuupxgY47spDYbMDPrY4tu5TnOPM+VSXlpkBhqD5cuwI4XEdcMkM
+qWSuqRmJfLejm7Dv9nGR2/f6wKBgQDg2RNMrb4UM5wed9oMMjg+OobXdTh83wCx
gqf+Ke6/SHyeN2T7zh3Qgg1bT9fuCnl0i5UYj1lejmw4VvwZel4AwPZo5JvY+ngf
96A8zQwFJmik9PZPlL9E4/oA5ZfSOzYr5N7TbL4wB15S1YszIlj0ZIFC9K/+3yPw
KlTIK1gZKwKBgQDyl1wngmODfuwpSTv0IKqNBXQonRydeyh1mauaP8xDMyAznKNk
SkDj79ZTvBdNkg4l7e1hLw1yEqWD4XD4Ojd7Tt4scNfU+JZLxOeNY0v/9gEhSRY/
fqh4JjH2Z3DBUrU/O/uH6Or3SH4rqBb/aa0rHQJVgqAfO/zLHCH50FLBMQKBgQDP
wyWXK8/AgPPYH2zm6hyYO6JPQmxgzfqpC47JRtvp+kPUOmFgX1OjUBihcESZGyqh
Kz0ohYTR345V/OJTdIOZ9LN7twne04neGAUDSYC63YPCMOvMGyklsfZXj87anoXu
xzuyZv/SB2z744ANTsadhKUARnK9cliV2befgpWUIwKBgGPK6sge9UAgt8fT+LYd
xbNPKBy8mxFRBLQc9BWB6OrkGnyC5nlfL4NR4gURriO5cV27hFAm0Kf4YUY46l39
kbnuxKTwPwiO7N6cN716cf4KUrav6pOiGLVzhUdgpLFj5YXWdBruhVBOHIt3u/0x
4MvnYX6ReCPIHFGvgVtf5sBr
-----END PRIVATE KEY-----
"""

# const { n, e } = c.createPublicKey(PRIVATE_KEY).export({ format: "jwk" })
N = (
    "3KR-xOtsL5SOWMRGk6vflcgLft7xvxaNpOjt0xOLJI8ZhKObJuKohrnEHMGYclNif7YMC2CXSalktfjTfU_7KL-o"
    "WLS3yJWtLAEzEeS3r2a-ETV1Lt-U-BXSjwBZVTUuXIFiiRMJ26wh6eRukxximi07KRUyugQKKvbs4wupMD_LnOQs"
    "HbUCbtobqKP9YIrKjWdw5iuRINmfAe-72GcwJQSWhp-1p9_dufNc7S9K8fXjogsoQMtT-Fv8ifB170OCq0-p1Dzr"
    "guxza8p0QhceS1-Acw6evMGXeZVmKZdqVBMjyKL2RDdtHUVQBPC_xpMI7f8vUJ-aYABZFFXxXnCPeQ"
)
E = "AQAB"

# c.createHash("sha256").update(`{"e":"${e}","kty":"RSA","n":"${n}"}`).digest("base64url")
KEY_ID = "WQldD2OqSti3QKW_ngEt3o4DNJJ4BPy5hznhPhkko1I"

# claims = {sub: BUYER, iss: COMPANY, aud: [COMPANY], tenantId: COMPANY, type: "user",
#   roles: ["user"], email: "buyer@example.org", name: "Ada", verified: true, emailVerified: true,
#   phoneVerified: false, iat: 1772445600, exp: 1772532000}
# hp = b(JSON.stringify({typ: "JWT", alg: "RS256", kid: KEY_ID})) + "." + b(JSON.stringify(claims))
# hp + "." + c.sign("sha256", Buffer.from(hp), PRIVATE_KEY).toString("base64url")
TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6IldRbGREMk9xU3RpM1FLV19uZ0V0M280RE5KSjRCUHk1"
    "aHpuaFBoa2tvMUkifQ.eyJzdWIiOiJkMmY0YTZiOC0xYzNlLTRkNWYtOGE3Yi05YzBkMWUyZjNhNGIiLCJpc3MiO"
    "iJiOWE3YzFlMi0zZDQ0LTRmNmItOGExZC01MmMwZjhlN2E5MDEiLCJhdWQiOlsiYjlhN2MxZTItM2Q0NC00ZjZiL"
    "ThhMWQtNTJjMGY4ZTdhOTAxIl0sInRlbmFudElkIjoiYjlhN2MxZTItM2Q0NC00ZjZiLThhMWQtNTJjMGY4ZTdhO"
    "TAxIiwidHlwZSI6InVzZXIiLCJyb2xlcyI6WyJ1c2VyIl0sImVtYWlsIjoiYnV5ZXJAZXhhbXBsZS5vcmciLCJuY"
    "W1lIjoiQWRhIiwidmVyaWZpZWQiOnRydWUsImVtYWlsVmVyaWZpZWQiOnRydWUsInBob25lVmVyaWZpZWQiOmZhb"
    "HNlLCJpYXQiOjE3NzI0NDU2MDAsImV4cCI6MTc3MjUzMjAwMH0.MH7VMCrXAxpwPYfDjC8K_czVJ8lEJGqeLGU-a"
    "oz8AYLw9isiRDTqWcxUVMNDX2tkJ263cLgbvgXAHmfZB6Mala5Ptj1XGdNBB9Y9j4BNU1MmfDlrWI9UgSvCevRgv"
    "ZadVi56TBxhZ4WeDqbVr6XRLRzAIhwz3QDOz4x46-Sohc6wc7l0uySkrjS3tdOR44HW_Ny3gX0SK5-f49ULq4rYz"
    "ZpW0yJce72gijJXKOAccbYdEYzMUDu-2gMCuQmDvOpEwsS0o-JBRmAzDH_vmysKa9-lvcX7cCnt5vDFy_EhhN9Dh"
    "lcP_0GU_hsOa9iiqtMwM2yamCG1veS3HS7pP-8uuQ"
)
TOKEN_ISSUED = 1772445600

# line = JSON.stringify([PRODUCT, "", [], 1]); sha(JSON.stringify([line]))
ONE_ITEM = "378615289db3e98a47b80c726ca1b6c98b3fdaf55bf439fe8a43f11871f7bbec"

# two = JSON.stringify([PRODUCT, TOKEN_OF_PRODUCT, ["11111111-1111-4111-8111-111111111111",
#   "22222222-2222-4222-8222-222222222222"], 2]); sha(JSON.stringify([line, two].sort()))
TWO_ITEMS = "e7fa8c70a07e6a9b53ea8767aeaa24939ca9975fdba43d1e58e377a6ef950540"

# sha(JSON.stringify([ONE_ITEM, CURRENCY]))
LIKENESS = "f96ac939f857a7a656fdd0794be58e8300daca5ffb5f6c614424afe53227b8cd"

GAS_SECRET = b"a secret of the desk"
# p = b(JSON.stringify({v: 1, companyId: COMPANY, userId: BUYER, currencyId: CURRENCY, gas: "0.35",
#   items: ONE_ITEM, iat: 1772445600000000}))
# p + "." + c.createHmac("sha256", GAS_SECRET).update("w3block gas fee\n" + p).digest("base64url")
GAS_SIGNATURE = (
    "eyJ2IjoxLCJjb21wYW55SWQiOiJiOWE3YzFlMi0zZDQ0LTRmNmItOGExZC01MmMwZjhlN2E5MDEiLCJ1c2VySWQi"
    "OiJkMmY0YTZiOC0xYzNlLTRkNWYtOGE3Yi05YzBkMWUyZjNhNGIiLCJjdXJyZW5jeUlkIjoiNjVmZTExMTktNmVj"
    "MC00Yjc4LThkMzAtY2I5ODk5MTRiZGNiIiwiZ2FzIjoiMC4zNSIsIml0ZW1zIjoiMzc4NjE1Mjg5ZGIzZTk4YTQ3"
    "YjgwYzcyNmNhMWI2Yzk4YjNmZGFmNTViZjQzOWZlOGE0M2YxMTg3MWY3YmJlYyIsImlhdCI6MTc3MjQ0NTYwMDAw"
    "MDAwMH0.Kxe-urGS5lg7jt3NuLvGUHai89Cc0AzrEwT2faQy7KU"
)

# 123456789012345678901234567890n * 10n ** 18n + 1n
WEI = 123456789012345678901234567890000000000000000001
WEI_TEXT = "123456789012345678901234567890.000000000000000001"

# printf '%s' "$EVENT_BODY" | openssl dgst -sha256 -hmac "$EVENT_KEY"
EVENT_BODY = '{"event":"order.concluded","note":"zażółć"}'
EVENT_KEY = "klucz ż"
EVENT_SIGNATURE = "831e6eaf37f910ec633f3d8f4eb2a353c10f385b344ea9a7ecab03bfd2eb6020"
