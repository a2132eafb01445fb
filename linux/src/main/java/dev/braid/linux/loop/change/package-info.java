/** Makes, resizes and removes loop devices by ioctl; no process is started. */
@NullMarked
package dev.braid.linux.loop.change;

import org.jspecify.annotations.NullMarked;
