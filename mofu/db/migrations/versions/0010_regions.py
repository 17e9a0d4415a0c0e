"""regions: where images show a word or an object, and what people say of that.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('segmentations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('word_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('method', sa.String(length=32), nullable=False),
    sa.Column('backbone', sa.String(length=64), nullable=False),
    sa.Column('backbone_id', sa.String(length=128), nullable=False),
    sa.Column('refine', sa.String(length=16), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('classifier', sa.String(length=64), nullable=True),
    sa.Column('lesson', sa.String(length=64), nullable=True),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['word_id'], ['words.id'], name=op.f('fk_segmentations_word_id_words'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segmentations'))
    )
    op.create_index(op.f('ix_segmentations_lesson'), 'segmentations', ['lesson'], unique=False)
    op.create_index(op.f('ix_segmentations_word_id_kind_id'), 'segmentations', ['word_id', 'kind', 'id'], unique=False)
    op.create_table('segmented_images',
    sa.Column('segmentation_id', sa.Integer(), nullable=False),
    sa.Column('image_sha256', sa.String(length=64), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['image_sha256'], ['images.sha256'], name=op.f('fk_segmented_images_image_sha256_images'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['segmentation_id'], ['segmentations.id'], name=op.f('fk_segmented_images_segmentation_id_segmentations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('segmentation_id', 'image_sha256', name=op.f('pk_segmented_images'))
    )
    op.create_index(op.f('ix_segmented_images_image_sha256'), 'segmented_images', ['image_sha256'], unique=False)
    op.create_table('regions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('segmentation_id', sa.Integer(), nullable=False),
    sa.Column('image_sha256', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('confidence', sa.Double(), nullable=False),
    sa.Column('area', sa.Double(), nullable=False),
    sa.Column('threshold', sa.Double(), nullable=False),
    sa.Column('map_sha256', sa.String(length=64), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['segmentation_id'], ['segmentations.id'], name=op.f('fk_regions_segmentation_id_segmentations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regions'))
    )
    op.create_index(op.f('ix_regions_image_sha256'), 'regions', ['image_sha256'], unique=False)
    op.create_index(op.f('ix_regions_map_sha256'), 'regions', ['map_sha256'], unique=False)
    op.create_index(op.f('ix_regions_segmentation_id_image_sha256'), 'regions', ['segmentation_id', 'image_sha256'], unique=False)
    op.create_table('region_verdicts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('client_id', sa.String(length=36), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('verdict', sa.String(length=8), nullable=False),
    sa.Column('threshold', sa.Double(), nullable=True),
    sa.Column('author', sa.String(length=100), nullable=False),
    sa.Column('action', sa.String(length=8), nullable=False),
    sa.Column('follows', sa.String(length=36), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_region_verdicts_region_id_regions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_region_verdicts')),
    sa.UniqueConstraint('client_id', name=op.f('uq_region_verdicts_client_id'))
    )
    op.create_index(op.f('ix_region_verdicts_author'), 'region_verdicts', ['author'], unique=False)
    op.create_index(op.f('ix_region_verdicts_region_id_id'), 'region_verdicts', ['region_id', 'id'], unique=False)
