/** Version of this program. The build puts the package's version in; run from the sources it is a development version. */
export const VERSION: string = process.env.PGSNAPMAN_VERSION ?? '0.0.0-dev';
