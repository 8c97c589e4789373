def test_works(desk):
    order = desk.order()
    c = desk.enter(order)
    a = c.get("/order", query_string={"orderId": order.id})
    print(a.status_code, a.headers); print(a.text)
    assert a.status_code == 200
    for outcome in ("declined", "confirm"):
        a = c.post("/order/pay", data={"orderId": order.id, "gateway":"sandbox","method":"sandbox","outcome":outcome})
        assert a.status_code == 303
        a = c.get("/order", query_string={"orderId": order.id}); assert a.status_code == 200
    a = c.post("/order/act", data={"orderId": order.id, "confirmation":"yes"}, headers={"Accept":"application/json"})
    print(a.text)
    assert a.json["status"] == "paid"
    a = c.get("/order", query_string={"orderId": order.id}); print(a.text)
