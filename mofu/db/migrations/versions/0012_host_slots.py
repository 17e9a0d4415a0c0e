"""host_slots: what processes that crawl side by side ask of one host.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('crawled_hosts',
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('ready_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_crawled_hosts'))
    )
    op.create_table('host_slots',
    sa.Column('host', sa.String(length=255), nullable=False),
    sa.Column('holder', sa.String(length=64), nullable=False),
    sa.Column('held', sa.Integer(), nullable=False),
    sa.Column('wanted', sa.Integer(), nullable=False),
    sa.Column('waits_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['host'], ['crawled_hosts.name'], name=op.f('fk_host_slots_host_crawled_hosts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('host', 'holder', name=op.f('pk_host_slots'))
    )


def downgrade() -> None:
    op.drop_table('host_slots')
    op.drop_table('crawled_hosts')
