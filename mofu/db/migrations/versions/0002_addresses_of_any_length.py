"""addresses of any length: PostgreSQL's B-trees take 2,704 bytes, its hash indexes everything.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_index('ix_hits_url', table_name='hits')
        op.create_index('ix_hits_url', 'hits', ['url'], unique=False, postgresql_using='hash')


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_index('ix_hits_url', table_name='hits')
        op.create_index('ix_hits_url', 'hits', ['url'], unique=False)
