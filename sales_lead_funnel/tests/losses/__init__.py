from . import test_loss
