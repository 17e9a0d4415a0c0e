"""quarantine: images that killed the processes that worked on them.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('quarantine',
    sa.Column('image_sha256', sa.String(length=64), nullable=False),
    sa.Column('stage', sa.String(length=32), nullable=False),
    sa.Column('deaths', sa.Integer(), nullable=False),
    sa.Column('last_seen', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['image_sha256'], ['images.sha256'], name=op.f('fk_quarantine_image_sha256_images'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('image_sha256', 'stage', name=op.f('pk_quarantine'))
    )


def downgrade() -> None:
    op.drop_table('quarantine')
