// The page that shows a word's images: look around, choose, open the loupe.

import { Board, configuration } from "./board.js";

const config = configuration();
if (config) new Board(config);
