// Whether a point lies within a drawn line, which is closed from its end to its beginning.

/** By the parity of the edges that a ray to the right crosses. */
export function inside([x, y], points) {
  let within = false;
  for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
    const [xi, yi] = points[i];
    const [xj, yj] = points[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}
