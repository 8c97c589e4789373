"""prices may be in coins, whose codes are longer than a currency's"""

from flask_till.base.migrations import replace_check

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CODE, LONGER = "length(currency) = 3", "length(currency) between 3 and 11"
CHECKS = {
    "till_shop_products": "ck_shop_products_currency",
    "till_shop_orders": "ck_shop_orders_currency",
}


def upgrade() -> None:
    for table, name in CHECKS.items():
        replace_check(table, name, CODE, LONGER)


def downgrade() -> None:
    for table, name in CHECKS.items():
        replace_check(table, name, LONGER, CODE)
