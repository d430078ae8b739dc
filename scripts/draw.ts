// Writes the pictures of the documents.

import { writePictures } from './pictures.js';

await writePictures('docs/images');
