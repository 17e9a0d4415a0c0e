"""verdicts: what people judged, and the audits they judged it in.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ranking_id', sa.Integer(), nullable=False),
    sa.Column('k', sa.Integer(), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ranking_id'], ['rankings.id'], name=op.f('fk_audits_ranking_id_rankings'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audits')),
    sa.UniqueConstraint('ranking_id', 'k', 'seed', name=op.f('uq_audits_ranking_id_k_seed'))
    )
    op.create_table('verdicts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word_id', sa.Integer(), nullable=False),
    sa.Column('image_sha256', sa.String(length=64), nullable=False),
    sa.Column('judgement', sa.String(length=8), nullable=False),
    sa.Column('who', sa.String(length=100), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('purpose', sa.String(length=16), nullable=False),
    sa.Column('ranking_id', sa.Integer(), nullable=True),
    sa.Column('audit_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['audit_id'], ['audits.id'], name=op.f('fk_verdicts_audit_id_audits'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['ranking_id'], ['rankings.id'], name=op.f('fk_verdicts_ranking_id_rankings'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['word_id'], ['words.id'], name=op.f('fk_verdicts_word_id_words'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verdicts')),
    sa.UniqueConstraint('word_id', 'image_sha256', 'who', 'given_at', name=op.f('uq_verdicts_word_id_image_sha256_who_given_at'))
    )
    op.create_index(op.f('ix_verdicts_ranking_id'), 'verdicts', ['ranking_id'], unique=False)
    op.create_index(op.f('ix_verdicts_audit_id'), 'verdicts', ['audit_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_verdicts_audit_id'), table_name='verdicts')
    op.drop_index(op.f('ix_verdicts_ranking_id'), table_name='verdicts')
    op.drop_table('verdicts')
    op.drop_table('audits')
