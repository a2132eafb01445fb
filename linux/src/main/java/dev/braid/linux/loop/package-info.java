/** Loop devices: block devices whose blocks lie in a file. Read from sysfs. */
@NullMarked
package dev.braid.linux.loop;

import org.jspecify.annotations.NullMarked;
