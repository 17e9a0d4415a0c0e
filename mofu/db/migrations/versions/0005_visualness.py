"""visualness: how visual words are, with the evidence.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recognizabilities',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word_id', sa.Integer(), nullable=False),
    sa.Column('set_id', sa.Integer(), nullable=False),
    sa.Column('background_id', sa.Integer(), nullable=False),
    sa.Column('ranking_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('protocol', sa.String(length=16), nullable=False),
    sa.Column('chosen_by', sa.Text(), nullable=False),
    sa.Column('accepted', sa.Integer(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('background', sa.Integer(), nullable=False),
    sa.Column('folds', sa.Integer(), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('not_ranked', sa.Text(), nullable=True),
    sa.Column('score', sa.Double(), nullable=True),
    sa.Column('low', sa.Double(), nullable=True),
    sa.Column('high', sa.Double(), nullable=True),
    sa.Column('pooled', sa.Double(), nullable=True),
    sa.Column('of_folds', sa.JSON(), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['background_id'], ['backgrounds.id'], name=op.f('fk_recognizabilities_background_id_backgrounds'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['ranking_id'], ['rankings.id'], name=op.f('fk_recognizabilities_ranking_id_rankings'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['set_id'], ['activation_sets.id'], name=op.f('fk_recognizabilities_set_id_activation_sets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['word_id'], ['words.id'], name=op.f('fk_recognizabilities_word_id_words'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recognizabilities'))
    )
    op.create_index(op.f('ix_recognizabilities_ranking_id'), 'recognizabilities', ['ranking_id'], unique=False)
    op.create_index(op.f('ix_recognizabilities_word_id_protocol_set_id_id'), 'recognizabilities', ['word_id', 'protocol', 'set_id', 'id'], unique=False)
    op.create_table('entropies',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word_id', sa.Integer(), nullable=False),
    sa.Column('background_id', sa.Integer(), nullable=False),
    sa.Column('ranking_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('protocol', sa.String(length=16), nullable=False),
    sa.Column('bits', sa.Double(), nullable=True),
    sa.Column('normalised', sa.Double(), nullable=True),
    sa.Column('low', sa.Double(), nullable=True),
    sa.Column('high', sa.Double(), nullable=True),
    sa.Column('gaussians', sa.Integer(), nullable=False),
    sa.Column('images', sa.Integer(), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('among', sa.Integer(), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('regions', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['background_id'], ['backgrounds.id'], name=op.f('fk_entropies_background_id_backgrounds'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['ranking_id'], ['rankings.id'], name=op.f('fk_entropies_ranking_id_rankings'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['word_id'], ['words.id'], name=op.f('fk_entropies_word_id_words'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entropies'))
    )
    op.create_index(op.f('ix_entropies_ranking_id'), 'entropies', ['ranking_id'], unique=False)
    op.create_index(op.f('ix_entropies_word_id_protocol_id'), 'entropies', ['word_id', 'protocol', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_entropies_word_id_protocol_id'), table_name='entropies')
    op.drop_index(op.f('ix_entropies_ranking_id'), table_name='entropies')
    op.drop_table('entropies')
    op.drop_index(op.f('ix_recognizabilities_word_id_protocol_set_id_id'), table_name='recognizabilities')
    op.drop_index(op.f('ix_recognizabilities_ranking_id'), table_name='recognizabilities')
    op.drop_table('recognizabilities')
