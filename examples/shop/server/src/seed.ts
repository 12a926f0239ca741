import type { productModel } from './models/product.js'

const products = [
  [
    'kahawa',
    'Nyeri AA coffee',
    'pantry',
    950,
    'Whole beans, 500 g. Washed, sun-dried on raised beds; blackcurrant and brown sugar.',
  ],
  [
    'chai',
    'Kericho purple tea',
    'pantry',
    620,
    'Loose leaf, 100 g. Picked at 2,000 metres; mellow, with a purple cup.',
  ],
  [
    'asali',
    'Baringo acacia honey',
    'pantry',
    780,
    'Raw, 450 g. From log hives in acacia country; never heated.',
  ],
  ['macadamia', "Murang'a macadamia nuts", 'pantry', 690, 'Roasted with sea salt, 250 g.'],
  [
    'kikoi',
    'Lamu kikoi',
    'textiles',
    1850,
    'Hand-loomed cotton, 100 × 170 cm. A wrap, a towel, a tablecloth.',
  ],
  ['shuka', 'Maasai shuka', 'textiles', 1450, 'Warm checked blanket, 150 × 200 cm.'],
  [
    'kiondo',
    'Sisal kiondo basket',
    'home',
    2400,
    'Woven by hand in Machakos over two weeks; leather straps.',
  ],
  [
    'bakuli',
    'Kisii soapstone bowl',
    'home',
    1650,
    'Carved from one stone, 18 cm across. Each has its own grain.',
  ],
  ['jiko', 'Ceramic jiko stove', 'home', 1200, 'Clay-lined; cooks a family meal on a handful of charcoal.'],
  ['kikombe', 'Enamel mug', 'home', 450, 'For tea at dawn and soup at night, 350 ml.'],
  ['akala', 'Akala sandals', 'wear', 1100, 'Cut from old tyres; outlive most shoes.'],
  ['shanga', 'Beaded bracelet', 'wear', 350, 'Glass beads on wire, made in Kajiado.'],
] as const

/** Puts the dozen products in, where they are not yet. Safe to run from several processes at once. */
export async function seedProducts(Product: ReturnType<typeof productModel>): Promise<void> {
  await Product.bulkWrite(
    products.map(([slug, name, category, shillings, description], position) => ({
      updateOne: {
        filter: { slug },
        update: {
          $setOnInsert: {
            slug,
            name,
            category,
            description,
            position,
            stock: 40,
            price: { minor: shillings * 100, currency: 'KES' },
            picture: `/pictures/${slug}.svg`,
          },
        },
        upsert: true,
      },
    })),
    { ordered: false },
  )
}
