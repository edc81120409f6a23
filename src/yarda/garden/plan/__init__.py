"""What someone builds from: the planting plan to scale and the plant list, out of the picture's own scene."""

from yarda.garden.plan.draw import draw_plan
from yarda.garden.plan.pdf import write_pdf
from yarda.garden.plan.plant_list import PlantList, count_plants
from yarda.garden.plan.svg import write_svg

__all__ = ["PlantList", "count_plants", "draw_plan", "write_pdf", "write_svg"]
