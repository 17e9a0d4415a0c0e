"""maps: a word's images in the plane.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('maps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word_id', sa.Integer(), nullable=False),
    sa.Column('set_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('method', sa.String(length=32), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('silhouette', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['set_id'], ['activation_sets.id'], name=op.f('fk_maps_set_id_activation_sets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['word_id'], ['words.id'], name=op.f('fk_maps_word_id_words'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maps')),
    sa.UniqueConstraint('word_id', 'set_id', name=op.f('uq_maps_word_id_set_id'))
    )
    op.create_table('mapped_images',
    sa.Column('map_id', sa.Integer(), nullable=False),
    sa.Column('image_sha256', sa.String(length=64), nullable=False),
    sa.Column('represented_by', sa.String(length=64), nullable=True),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('x', sa.Double(), nullable=False),
    sa.Column('y', sa.Double(), nullable=False),
    sa.Column('cluster', sa.Integer(), nullable=False),
    sa.Column('is_medoid', sa.Boolean(), nullable=False),
    sa.Column('outlier_score', sa.Double(), nullable=False),
    sa.Column('is_outlier', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['image_sha256'], ['images.sha256'], name=op.f('fk_mapped_images_image_sha256_images'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['map_id'], ['maps.id'], name=op.f('fk_mapped_images_map_id_maps'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('map_id', 'image_sha256', name=op.f('pk_mapped_images'))
    )
    op.create_index(op.f('ix_mapped_images_image_sha256'), 'mapped_images', ['image_sha256'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_mapped_images_image_sha256'), table_name='mapped_images')
    op.drop_table('mapped_images')
    op.drop_table('maps')
