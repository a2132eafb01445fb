package dev.braid.linux.libc;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The constants of a class are C's, written down by hand; a test asks the C compiler whether they
 * are right. Without {@link #struct} each constant has the name of a macro. With it, {@code SIZE}
 * is the size of that type, and each other constant is the offset of the member that has its name
 * in lower case.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface FromC {

  /** The headers to include, as in C. */
  String[] headers();

  /** The type, as in C: {@code struct flock}. */
  String struct() default "";
}
