"""ledger: jobs that wait for a worker, with their logs.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parent_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('verb', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('subject', sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column('request', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('key', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('asked_by', sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('priority', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('done_before', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('result', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('attempts', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('worker', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('heartbeat_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('cancel_requested', sa.Boolean(), server_default=sa.text('false'), nullable=False))
        batch_op.add_column(sa.Column('resume_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('stage_started_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column('started_at', existing_type=sa.DateTime(timezone=True), nullable=True)
        batch_op.create_foreign_key(batch_op.f('fk_jobs_parent_id_jobs'), 'jobs', ['parent_id'], ['id'], ondelete='CASCADE')
        batch_op.create_index(batch_op.f('ix_jobs_parent_id'), ['parent_id'], unique=False)
    waits = sa.text("state = 'queued'")
    op.create_index('uq_jobs_key', 'jobs', ['key'], unique=True, sqlite_where=waits, postgresql_where=waits)
    op.create_table('job_log',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('level', sa.String(length=8), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_job_log_job_id_jobs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_log'))
    )
    op.create_index(op.f('ix_job_log_job_id_id'), 'job_log', ['job_id', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_job_log_job_id_id'), table_name='job_log')
    op.drop_table('job_log')
    op.execute("DELETE FROM jobs WHERE verb IS NOT NULL OR parent_id IS NOT NULL")
    op.drop_index('uq_jobs_key', table_name='jobs')
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_jobs_parent_id'))
        batch_op.drop_constraint(batch_op.f('fk_jobs_parent_id_jobs'), type_='foreignkey')
        batch_op.alter_column('started_at', existing_type=sa.DateTime(timezone=True), nullable=False)
        for name in (
            'parent_id', 'verb', 'subject', 'request', 'key', 'asked_by', 'asked_at', 'priority', 'done_before', 'result',
            'attempts', 'worker', 'heartbeat_at', 'expires_at', 'cancel_requested', 'resume_at', 'stage_started_at',
        ):
            batch_op.drop_column(name)
