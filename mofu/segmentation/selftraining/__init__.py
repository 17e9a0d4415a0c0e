"""Soft masks of a word's pictures → a fully supervised segmenter and better masks, in rounds. Needs torch."""

from mofu.segmentation.selftraining.architectures import Shape, segmenters
from mofu.segmentation.selftraining.fitting import LearningSettings
from mofu.segmentation.selftraining.pictures import Picture
from mofu.segmentation.selftraining.rounds import RoundResult, SelfTrainingSettings, self_train
from mofu.segmentation.selftraining.segmenter import Segmenter

__all__ = [
    "LearningSettings",
    "Picture",
    "RoundResult",
    "Segmenter",
    "SelfTrainingSettings",
    "Shape",
    "segmenters",
    "self_train",
]
