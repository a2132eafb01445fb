/**
 * Makes container images from files, without a container engine: deploy/images/build says what goes
 * into them. It knows nothing of Braid's programs but how to call them once.
 */
@NullMarked
package dev.braid.images;

import org.jspecify.annotations.NullMarked;
