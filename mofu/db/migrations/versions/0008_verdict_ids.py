"""verdict_ids: verdicts that arrive once and can be taken back.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('verdict_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.String(length=36), nullable=False),
    sa.Column('word_id', sa.Integer(), nullable=False),
    sa.Column('who', sa.String(length=100), nullable=False),
    sa.Column('action', sa.String(length=8), nullable=False),
    sa.Column('follows', sa.String(length=36), nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['word_id'], ['words.id'], name=op.f('fk_verdict_steps_word_id_words'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verdict_steps')),
    sa.UniqueConstraint('uid', name=op.f('uq_verdict_steps_uid'))
    )
    op.create_index(op.f('ix_verdict_steps_word_id_who_id'), 'verdict_steps', ['word_id', 'who', 'id'], unique=False)
    with op.batch_alter_table('verdicts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('uid', sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column('step_id', sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_verdicts_uid'), ['uid'])
        batch_op.create_foreign_key(batch_op.f('fk_verdicts_step_id_verdict_steps'), 'verdict_steps', ['step_id'], ['id'], ondelete='SET NULL')
        batch_op.create_index(batch_op.f('ix_verdicts_step_id'), ['step_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('verdicts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_verdicts_step_id'))
        batch_op.drop_constraint(batch_op.f('fk_verdicts_step_id_verdict_steps'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_verdicts_uid'), type_='unique')
        batch_op.drop_column('step_id')
        batch_op.drop_column('uid')
    op.drop_index(op.f('ix_verdict_steps_word_id_who_id'), table_name='verdict_steps')
    op.drop_table('verdict_steps')
