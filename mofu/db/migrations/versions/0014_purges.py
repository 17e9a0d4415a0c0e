"""purges: what is left to be removed of words whose rows are gone.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('purges',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('left', sa.JSON(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purges'))
    )


def downgrade() -> None:
    op.drop_table('purges')
