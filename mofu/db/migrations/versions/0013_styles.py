"""styles: packs learned of words, pictures that were given, and what was made of them.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('style_packs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word_id', sa.Integer(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('noun', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('backbone', sa.String(length=64), nullable=False),
    sa.Column('backbone_id', sa.String(length=128), nullable=False),
    sa.Column('styles', sa.Integer(), nullable=False),
    sa.Column('images', sa.Integer(), nullable=False),
    sa.Column('ranking_id', sa.Integer(), nullable=True),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ranking_id'], ['rankings.id'], name=op.f('fk_style_packs_ranking_id_rankings'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['word_id'], ['words.id'], name=op.f('fk_style_packs_word_id_words'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_style_packs'))
    )
    op.create_index(op.f('ix_style_packs_ranking_id'), 'style_packs', ['ranking_id'], unique=False)
    op.create_index(op.f('ix_style_packs_sha256'), 'style_packs', ['sha256'], unique=False)
    op.create_index(op.f('ix_style_packs_word_id_id'), 'style_packs', ['word_id', 'id'], unique=False)
    op.create_table('style_pictures',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('format', sa.String(length=8), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_style_pictures'))
    )
    op.create_table('style_results',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('pack_sha256', sa.String(length=64), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('result_sha256', sa.String(length=64), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('method', sa.String(length=32), nullable=False),
    sa.Column('strength', sa.Double(), nullable=False),
    sa.Column('colours', sa.String(length=16), nullable=False),
    sa.Column('region', sa.Text(), nullable=True),
    sa.Column('recipe', sa.JSON(), nullable=False),
    sa.Column('scores', sa.JSON(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('place', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['word_id'], ['words.id'], name=op.f('fk_style_results_word_id_words'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_style_results'))
    )
    for column in ('content_sha256', 'fingerprint', 'job_id', 'pack_sha256', 'result_sha256'):
        op.create_index(op.f(f'ix_style_results_{column}'), 'style_results', [column], unique=False)
    op.create_index(op.f('ix_style_results_word_id_id'), 'style_results', ['word_id', 'id'], unique=False)
    op.create_table('style_result_words',
    sa.Column('result_id', sa.Integer(), nullable=False),
    sa.Column('word_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['result_id'], ['style_results.id'], name=op.f('fk_style_result_words_result_id_style_results'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['word_id'], ['words.id'], name=op.f('fk_style_result_words_word_id_words'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('result_id', 'word_id', name=op.f('pk_style_result_words'))
    )
    op.create_index(op.f('ix_style_result_words_word_id'), 'style_result_words', ['word_id'], unique=False)


def downgrade() -> None:
    op.drop_table('style_result_words')
    op.drop_table('style_results')
    op.drop_table('style_pictures')
    op.drop_table('style_packs')
