"""The first merges of the public o200k_base encoding that stay within ASCII, in the order they are made.

A text merged with these alone has at least as many pieces as with all: whatever merges later only joins them further.
"""

from typing import Final

# White space is counted apart (tokens.py), so merges over several spaces, tabs or line ends are left out. `¦` separates.
_MERGES: Final = r"""
in¦er¦ t¦ a¦en¦on¦re¦ s¦at¦or¦es¦an¦ d¦he¦ c¦ p¦is¦ar¦it¦al¦le¦ou¦ m¦ f¦ w¦ b¦as¦ing¦ the¦ic¦et¦ o¦ion¦ed¦el¦ n¦ro¦ent¦
nd¦st¦ l¦ in¦ct¦om¦il¦ h¦am¦ =¦id¦ to¦ e¦im¦ re¦ v¦ad¦ th¦ and¦ of¦ g¦ur¦ch¦ de¦ S¦ u¦ut¦ol¦ y¦ig¦se¦ot¦em¦ag¦iv¦ (¦qu¦
 T¦ {¦ A¦ay¦ I¦ac¦ul¦ C¦os¦if¦od¦tr¦ k¦un¦--¦est¦ab¦ate¦ir¦ is¦ow¦us¦ation¦ }¦ort¦ M¦ "¦//¦um¦ for¦ie¦ P¦ter¦ce¦our¦
 on¦ap¦th¦ con¦av¦ers¦**¦te¦ be¦ D¦()¦ B¦end¦ st¦ist¦ak¦ly¦pe¦ *¦and¦ r¦res¦ub¦oc¦ al¦ess¦ith¦ pro¦ j¦ame¦ver¦port¦ an¦
 L¦ com¦ ne¦ F¦20¦ass¦ E¦ se¦lic¦ R¦ '¦ <¦ue¦op¦out¦ en¦ht¦ wh¦ as¦ qu¦ction¦age¦ N¦og¦ it¦ you¦iz¦ with¦ that¦..¦ W¦
 H¦ip¦ex¦int¦ill¦ant¦urn¦ this¦art¦ tr¦ G¦ he¦ or¦00¦ le¦ik¦ment¦ore¦rom¦ere¦ ex¦ine¦ang¦----¦ind¦get¦ain¦ok¦ib¦ud¦pl¦
turn¦ O¦ -¦ect¦ia¦ity¦ un¦ if¦ at¦con¦per¦ata¦ $¦ ch¦ pr¦orm¦ack¦ are¦ile¦pt¦ la¦==¦import¦able¦ial¦ost¦cl¦ies¦ cl¦("¦
ov¦ust¦ i¦ult¦ave¦nt¦ z¦="¦ we¦ld¦ight¦ublic¦ive¦all¦act¦ from¦ su¦ire¦****¦ell¦ard¦ser¦tring¦ U¦ //¦ice¦ord¦ff¦->¦ne¦
de¦ra¦ans¦ide¦ase¦ new¦ do¦ return¦ The¦ not¦ure¦ast¦ob¦ V¦ pl¦ your¦In¦pr¦com¦.s¦ sh¦ime¦ J¦are¦ont¦ ar¦ype¦ el¦ite¦
pp¦ by¦ K¦ +¦ que¦iew¦ail¦ can¦201¦ me¦",¦ was¦ace¦ode¦ int¦ach¦ have¦ll¦ij¦ge¦elf¦ par¦ ad¦str¦one¦rou¦ ab¦ res¦St¦
ens¦du¦form¦10¦ich¦ong¦('¦cc¦xt¦ :¦pon¦ get¦ber¦Re¦ all¦ [¦ath¦io¦ject¦ te¦ In¦ des¦ign¦alue¦ork¦ve¦ will¦).¦::¦ class¦
lo¦ome¦ Th¦ize¦ public¦au¦ull¦ions¦ @¦der¦ook¦--------¦ us¦ance¦ould¦ im¦__¦put¦ient¦.get¦ per¦ vo¦ext¦ated¦yst¦ous¦so¦
',¦ple¦erv¦par¦cr¦ress¦ck¦ert¦ey¦ount¦</¦ma¦ go¦ so¦ake¦ary¦up¦vent¦ory¦ /¦pro¦ft¦ &¦ dis¦ear¦ ma¦unction¦ cont¦err¦_t¦
ystem¦ out¦row¦ und¦ug¦ien¦ah¦ual¦this¦ock¦ has¦we¦fer¦19¦ et¦ no¦div¦ em¦Name¦ Y¦ER¦ition¦ up¦ =>¦ri¦ man¦ery¦ pre¦##¦
 es¦ sa¦ink¦eng¦'s¦ek¦ .¦ but¦ng¦ est¦cre¦ound¦gr¦name¦ na¦12¦ St¦app¦====¦ier¦Id¦ Re¦ree¦Con¦********¦ors¦))¦String¦
ose¦text¦ set¦lect¦ my¦ild¦che¦ations¦iel¦ */¦ical¦ann¦to¦),¦ew¦ am¦own¦ark¦ther¦ener¦ more¦ps¦List¦ ==¦cept¦gh¦Pro¦
odel¦ph¦ement¦ings¦add¦IN¦ike¦ool¦ var¦ade¦ ro¦ON¦The¦set¦ivate¦und¦ gr¦atch¦ung¦ str¦clud¦ op¦Ex¦ inter¦11¦ col¦ part¦
her¦.l¦ one¦vel¦ick¦ater¦rr¦ec¦...¦iss¦ void¦ton¦ sp¦ ag¦.m¦ |¦ they¦ const¦ep¦inal¦les¦ da¦return¦ Ch¦tt¦enc¦ our¦ </¦
 their¦ays¦ pe¦me¦ove¦ comp¦ self¦ange¦ app¦anc¦15¦ def¦urr¦ time¦Com¦quest¦ any¦ado¦ven¦ ob¦eth¦ #¦fo¦az¦ over¦ !¦
data¦ die¦ about¦ef¦.c¦ence¦ del¦led¦ stat¦ss¦alse¦']¦ava¦ents¦ise¦View¦RE¦ work¦ry¦pos¦ank¦val¦oy¦ish¦ er¦eb¦
 function¦sh¦ST¦ which¦pec¦oint¦ ent¦reat¦ble¦16¦que¦ix¦30¦duct¦tem¦aw¦.com¦line¦Th¦tion¦abel¦Cont¦ add¦sp¦ely¦irst¦
public¦self¦18¦mer¦uk¦25¦ bl¦Type¦ van¦ied¦rit¦ale¦essage¦arg¦ific¦ield¦ _¦oll¦200¦erm¦['¦uch¦dd¦cess¦Data¦ bu¦ String¦
vo¦co¦ fe¦ada¦.f¦crip¦ use¦ian¦.p¦ else¦Res¦Ch¦ty¦eg¦ para¦ id¦ x¦ also¦ who¦ System¦ese¦ervice¦ It¦ der¦AT¦ash¦.set¦
 his¦ox¦ some¦umber¦ data¦uth¦ID¦Col¦.S¦":¦ ver¦ator¦ner¦pect¦ private¦igh¦any¦ pos¦lement¦aj¦ null¦ Pro¦ acc¦ when¦EN¦
 je¦14¦ end¦fig¦($¦ait¦ke¦ other¦yn¦ off¦_s¦Text¦old¦ger¦view¦ af¦ year¦_m¦erson¦als¦">¦red¦.b¦read¦ br¦
----------------¦tern¦ like¦OR¦000¦_c¦ten¦li¦ name¦ need¦ource¦13¦AR¦ kn¦def¦urrent¦roup¦ception¦date¦ di¦202¦ reg¦
 just¦ This¦ act¦ute¦ org¦ ser¦ her¦.A¦_f¦wo¦ been¦ may¦ les¦ true¦quire¦let¦its¦ min¦uct¦ een¦100¦ there¦param¦son¦_p¦
ict¦ai¦ax¦ating¦ ,¦ Un¦ rec¦.t¦ys¦ader¦ them¦ real¦ ac¦cont¦ che¦oun¦.d¦ates¦ por¦ ind¦To¦ices¦itt¦Cl¦new¦ Com¦ ph¦
 hel¦ comm¦32¦utton¦LE¦ning¦ los¦")¦ues¦ co¦Tr¦ what¦ bet¦ond¦ We¦arch¦ ap¦trib¦ met¦17¦ ?¦ >¦////¦uf¦user¦vid¦ible¦
yle¦ value¦50¦ength¦very¦ponse¦of¦ fr¦iet¦class¦ lo¦ault¦ask¦ het¦Ob¦ av¦().¦ had¦ val¦ sc¦ages¦ du¦ames¦be¦var¦IT¦
clude¦ cons¦ med¦ det¦ument¦_l¦ana¦ would¦AL¦roll¦ false¦ Q¦ Z¦ type¦ole¦ular¦min¦24¦ how¦ dr¦AN¦ful¦ dif¦til¦na¦ were¦
't¦.h¦####¦ople¦ into¦ sur¦ows¦ Tr¦amp¦ De¦air¦ cre¦ make¦rol¦ina¦ta¦(f¦SE¦ Con¦ result¦_b¦ rel¦_id¦ loc¦ics¦')¦ sub¦
error¦ethod¦ )¦ze¦ fl¦ Se¦========¦af¦ho¦ java¦ody¦ml¦ts¦ list¦ins¦_d¦ww¦En¦ than¦itle¦ente¦ first¦ica¦ aw¦ bo¦By¦Se¦
Par¦je¦ import¦ tem¦Item¦value¦ious¦work¦ause¦print¦lick¦ule¦ back¦ense¦ start¦ ein¦ only¦ You¦ures¦ ke¦ower¦
****************¦arr¦ its¦raw¦ fil¦ string¦ces¦ inform¦ form¦ments¦urs¦ities¦ayer¦ look¦ let¦ static¦ember¦day¦ best¦
Value¦ler¦ under¦ trans¦ender¦ most¦ find¦ person¦ ed¦ustom¦].¦ help¦olog¦string¦ Wh¦ ng¦ateg¦lection¦den¦oth¦ rem¦
 people¦ !=¦ Al¦ car¦const¦la¦ He¦ ass¦irect¦ want¦ari¦://¦ession¦ren¦ An¦bo¦={¦gram¦.D¦br¦ don¦ long¦ gu¦ sk¦ern¦Im¦
wa¦22¦ inst¦load¦rough¦ um¦ha¦ets¦_C¦ final¦40¦ arr¦ &&¦ read¦orld¦uc¦hed¦.F¦reak¦fr¦atus¦ ge¦ ve¦ting¦ test¦++¦no¦bl¦
Object¦ every¦ Ar¦ spec¦ should¦ponent¦ES¦.j¦ know¦ood¦ility¦Exception¦ sm¦ mon¦[i¦ cr¦ she¦ Ex¦wn¦ well¦ush¦ux¦ pres¦
 sch¦ms¦ si¦yp¦ den¦tra¦iver¦ager¦ il¦ exper¦ som¦col¦ative¦word¦reg¦ hand¦url¦try¦rap¦ons¦ream¦ily¦iness¦ mod¦ dat¦
 then¦Get¦ym¦ through¦use¦ccess¦ pol¦uss¦ user¦ char¦ inv¦aut¦fore¦idth¦ opt¦.n¦fl¦icht¦ats¦ require¦ If¦User¦ sim¦
using¦ends¦ right¦serv¦ %¦ pass¦ka¦amb¦(s¦23¦ stud¦ui¦sert¦ very¦ough¦ife¦ais¦ref¦_S¦void¦ As¦ior¦ these¦ web¦State¦
ased¦ dec¦ sol¦ product¦ case¦cond¦CT¦key¦ good¦ene¦ mak¦ars¦ni¦ cor¦ ka¦ vis¦60¦ bel¦rray¦ prof¦ dur¦ down¦ bus¦
 where¦ two¦ see¦unc¦De¦ sl¦ post¦ att¦perty¦Time¦ pour¦ aut¦ high¦ after¦rem¦ ext¦php¦for¦cent¦.g¦ouse¦ru¦ackage¦
ature¦ister¦UL¦.add¦[]¦ even¦ational¦ now¦ Sh¦ara¦ art¦ And¦ eff¦ouble¦ote¦ience¦round¦ men¦ una¦ider¦rror¦uff¦ivers¦
 file¦ando¦action¦ersion¦arn¦oin¦.st¦include¦ sup¦ mark¦Set¦ify¦ane¦rite¦umn¦els¦ many¦arget¦Ind¦ os¦ las¦htt¦ gl¦leg¦
att¦play¦ cal¦ way¦.P¦_P¦ much¦.C¦-s¦hr¦RO¦.M¦ayout¦ bec¦ Le¦ dem¦press¦ ho¦IC¦ could¦.L¦(t¦ants¦ines¦28¦ om¦ ou¦lease¦
Key¦ New¦ride¦Service¦21¦ution¦ION¦roid¦ while¦ced¦za¦DE¦='¦((¦util¦item¦99¦ said¦era¦ used¦velop¦ Pl¦He¦ja¦org¦../¦
emb¦Wh¦opy¦ try¦ward¦wh¦ fam¦ino¦alk¦vis¦ og¦ number¦cription¦ya¦Event¦27¦ mo¦ serv¦ years¦ocument¦ event¦ here¦ited¦
 play¦ cas¦26¦ized¦cript¦ci¦ante¦land¦-b¦idad¦ print¦ ///¦aar¦-m¦ X¦ En¦ fin¦log¦Info¦uit¦ key¦other¦ log¦order¦ken¦(m¦
ally¦AM¦ comple¦ama¦cho¦_T¦],¦kt¦AS¦ On¦ day¦ information¦#include¦We¦ item¦_n¦ differ¦ttp¦ pas¦ last¦ET¦Button¦umm¦Sh¦
dit¦alth¦UR¦ sin¦ tak¦ Cl¦ program¦ollow¦ word¦ails¦Pl¦ros¦ includ¦ text¦unt¦struct¦back¦ current¦mp¦ great¦ For¦ ins¦
 gener¦arm¦On¦64¦ique¦An¦ga¦ does¦roller¦atur¦ fa¦ --¦Qu¦ sign¦.w¦pre¦ because¦ home¦ such¦Model¦ free¦80¦ did¦At¦);¦
Man¦ams¦.in¦Or¦ED¦tn¦ before¦Error¦ <<¦index¦ital¦UT¦ida¦ample¦ives¦Un¦ware¦_in¦ num¦29¦["¦ process¦uthor¦ste¦File¦
comm¦ provid¦rop¦ Pr¦ache¦ector¦loat¦ ya¦01¦IS¦ido¦ online¦ voor¦Over¦oad¦face¦fe¦Request¦ take¦As¦ional¦Map¦oh¦man¦
 ste¦chn¦ Fr¦ own¦ Res¦file¦go¦ child¦enu¦Color¦ view¦Ar¦ours¦ cap¦ das¦imes¦ q¦td¦':¦ break¦vert¦iter¦ arg¦.W¦ared¦
 top¦by¦ually¦erg¦Al¦ size¦ason¦atic¦ains¦ sit¦ailable¦ocation¦ show¦ ce¦....¦ model¦ using¦enn¦ini¦ design¦rc¦ism¦
Index¦ sal¦ check¦_M¦ world¦eter¦-t¦ijn¦ \¦ament¦ week¦lication¦ son¦ book¦Element¦ him¦itch¦lete¦ ||¦Form¦(self¦ mit¦
ght¦(n¦(p¦do¦ivity¦(c¦ think¦ business¦Test¦AD¦ tot¦ again¦ system¦ call¦ye¦ prote¦ico¦ua¦ados¦ cent¦ pa¦(this¦ih¦ zu¦
AC¦package¦ point¦ Be¦ott¦ produ¦ Col¦ being¦oto¦ rep¦ mat¦ideo¦ made¦ios¦ each¦oot¦ poss¦right¦ run¦ une¦ero¦35¦gen¦
-d¦aterial¦Int¦ ha¦export¦ place¦ident¦ qual¦ape¦ po¦_name¦ks¦Le¦oken¦ cle¦ soc¦ found¦type¦ open¦ ist¦ support¦This¦
 create¦ Gr¦hip¦ora¦ pat¦Date¦ather¦////////¦come¦ To¦ __¦_st¦po¦result¦Context¦ como¦ala¦da¦ined¦Box¦istr¦ql¦olean¦
create¦ super¦ters¦ende¦nen¦ line¦ween¦ All¦33¦(),¦45¦ists¦ ...¦Size¦ cho¦sole¦vice¦ ku¦ partic¦orn¦.e¦une¦App¦icense¦
 ni¦Of¦ocal¦ order¦ service¦(d¦ainer¦ develop¦lected¦Add¦Class¦ita¦iment¦ App¦ync¦Em¦input¦ contin¦.util¦lich¦All¦
 method¦indow¦itor¦.T¦"]¦ custom¦ Or¦ quest¦ state¦ige¦Field¦.B¦pace¦ next¦ploy¦ life¦ request¦ those¦!!¦Path¦ctions¦
 eas¦ follow¦trans¦search¦itial¦indows¦ care¦ So¦ira¦36¦ mu¦ vol¦ vi¦list¦tract¦ump¦ array¦icle¦Ad¦ different¦(new¦
aining¦ oper¦For¦IL¦ List¦ prov¦Up¦.log¦ beg¦<?¦ expect¦raph¦ mov¦rows¦wer¦ dans¦ Sch¦ Te¦ mar¦ots¦ organ¦ias¦ same¦AP¦
 Ad¦define¦.app¦iving¦########¦ coun¦ intern¦ING¦less¦][¦._¦ local¦LO¦ `¦Node¦ site¦nect¦ura¦function¦ rece¦stance¦
 proble¦men¦ style¦ ref¦ really¦ird¦ela¦Log¦ified¦____¦omb¦Array¦uil¦ission¦_F¦ ik¦span¦ pop¦
--------------------------------¦ writ¦Message¦ric¦tribut¦(int¦ sem¦90¦Component¦ ->¦Group¦ ide¦ili¦ished¦ato¦ +=¦
 main¦site¦OM¦ Ind¦ Is¦ever¦mit¦ sw¦inc¦Result¦ways¦urch¦Manager¦ net¦ pay¦ qui¦ /*¦sc¦ default¦70¦Image¦ au¦ exp¦
 commun¦ (!¦ency¦Override¦ equ¦lock¦ must¦ dan¦else¦pty¦Config¦ von¦ game¦ conf¦ness¦ object¦Act¦tes¦ direct¦OT¦ fun¦
ENT¦erc¦ti¦IM¦ dep¦irm¦Code¦heck¦ross¦ available¦ fact¦88¦ hab¦from¦ around¦Des¦uck¦ijk¦.print¦html¦ Sp¦aff¦.id¦.re¦
ization¦stand¦ cu¦Val¦off¦ Br¦ rest¦ ta¦ ()¦ between¦ cour¦va¦Not¦not¦ ret¦ee¦ium¦uro¦cul¦With¦-l¦ wer¦ old¦ say¦iles¦
 non¦HE¦ Me¦plate¦over¦ mais¦================¦por¦http¦posit¦ically¦oss¦orth¦ market¦31¦AB¦omen¦ term¦ error¦ags¦odule¦
 cert¦ ti¦vir¦05¦ pu¦ android¦UN¦ mus¦ still¦ ang¦(String¦pen¦ plus¦ auf¦ without¦Pr¦crib¦obal¦Hand¦ Get¦ln¦ month¦ ak¦
Controller¦ mas¦ubl¦.r¦ US¦aan¦ito¦./¦_D¦ilter¦ disc¦ offer¦ err¦ron¦/*¦ going¦iven¦AG¦ential¦ both¦ ben¦query¦ift¦vol¦
nection¦ading¦ULL¦Sc¦pons¦anel¦bar¦37¦older¦ project¦ena¦reate¦tribute¦teger¦ max¦04¦met¦-f¦></¦ No¦ategory¦ put¦ny¦
ati¦ali¦ page¦ipp¦ftware¦ report¦34¦oney¦n't¦ build¦aving¦ingle¦Fr¦ummary¦ uma¦Is¦ incre¦ground¦ happ¦ology¦ La¦adi¦
 ann¦US¦ved¦ittle¦ love¦ani¦ leg¦oud¦ client¦ seg¦code¦ Ob¦08¦ come¦www¦_re¦ypes¦ ter¦thing¦#define¦ But¦ustr¦ als¦ ba¦
_N¦ std¦inter¦sg¦the¦lar¦ color¦book¦ fri¦api¦ume¦private¦ cost¦ards¦ second¦ content¦ too¦rist¦ba¦ path¦ Qu¦ogle¦.is¦
PE¦ika¦09¦ eng¦.length¦ Cont¦ few¦zi¦ wa¦ hist¦creen¦):¦ben¦ki¦ Bl¦ference¦ Im¦ port¦ aan¦ano¦resent¦pring¦Layout¦ Mar¦
 lim¦inn¦ full¦38¦55¦ appro¦config¦ pod¦ief¦ access¦ effect¦No¦-p¦OL¦ kan¦ They¦ ja¦ification¦Param¦ Ph¦cle¦eld¦").¦07¦
 company¦ message¦lex¦ona¦ stand¦chen¦assword¦Response¦ spe¦ head¦test¦vec¦Gr¦ ko¦ feel¦ Des¦valid¦label¦lt¦ips¦_B¦
 kom¦ IN¦199¦IG¦It¦px¦ pot¦ zijn¦ level¦oci¦ document¦ team¦ mill¦ ""¦med¦06¦ enc¦pert¦ bas¦Opt¦ mem¦ima¦Out¦max¦(b¦
 health¦.pro¦ables¦Status¦500¦iones¦Be¦ sure¦ experience¦ El¦place¦zen¦ invest¦aces¦Trans¦gg¦content¦ How¦FF¦39¦char¦
ending¦ field¦idget¦ lot¦Ent¦cur¦ Man¦fect¦ ca¦alt¦ething¦ination¦ There¦Input¦ived¦ories¦pecial¦ imp¦ things¦ mag¦02¦
init¦ ir¦ small¦elt¦ table¦mb¦isk¦ iss¦uffer¦ille¦len¦tings¦uration¦cer¦true¦ License¦ won¦ ki¦ sex¦ mom¦ protect¦
System¦ling¦ response¦angu¦ always¦Page¦ Amer¦OD¦ consider¦room¦ present¦ tu¦If¦44¦.out¦Util¦ change¦acter¦ ans¦
 perform¦ job¦ves¦atures¦ range¦ during¦ keep¦ review¦OS¦array¦ prom¦igen¦image¦********************************¦
object¦ Par¦opt¦ids¦ days¦ important¦ Sc¦ought¦75¦ aff¦Equ¦ little¦\n¦.R¦Inter¦ techn¦rl¦irt¦ hum¦iy¦ :=¦ dos¦ three¦
stru¦ water¦oi¦ I'¦check¦Count¦ialog¦ula¦ expl¦ input¦ va¦ interest¦').¦Table¦earch¦ret¦ better¦uild¦_h¦ room¦And¦
 website¦Label¦_r¦New¦amente¦amespace¦ ess¦Reg¦-c¦ til¦(e¦pi¦ao¦ales¦ands¦ link¦ including¦ big¦ ol¦Listener¦ mult¦
 power¦ources¦ index¦ AN¦ school¦ li¦Def¦ hard¦.ex¦ Ab¦resh¦elle¦cht¦cord¦arly¦ code¦umb¦ativ¦iled¦ catch¦ plan¦isa¦
mon¦way¦ vous¦Pos¦ family¦ double¦Str¦ success¦aps¦ got¦oute¦Client¦ fac¦img¦())¦ within¦48¦ date¦eder¦Click¦ude¦
rawing¦ account¦ances¦ exc¦ ===¦ques¦,"¦uilder¦ sam¦ ((¦_data¦Dis¦ struct¦Action¦ something¦ario¦aa¦ bit¦enter¦ede¦uid¦
.to¦abase¦otal¦ beh¦ nicht¦ibr¦ left¦agement¦ability¦cia¦ group¦_w¦ormal¦ might¦ii¦You¦ element¦aka¦ control¦ services¦
 special¦CH¦amework¦mt¦ provide¦aster¦eta¦ red¦ko¦idade¦ mot¦ores¦iginal¦ dist¦ At¦ count¦gl¦ bar¦ total¦ base¦ chang¦
 another¦Content¦itional¦ones¦66¦idd¦ image¦viron¦ area¦ision¦igned¦ She¦riter¦ since¦andom¦ Fl¦avor¦ights¦head¦Sub¦
Det¦ vers¦ body¦SS¦yl¦ give¦ gen¦EM¦ hot¦(i¦EL¦ trav¦ ($¦atis¦ war¦fter¦ extends¦03¦ sich¦ready¦ har¦Line¦ util¦arge¦
 My¦vers¦ kind¦ills¦icon¦*/¦ search¦hi¦db¦mo¦."¦ air¦Number¦ assert¦comp¦ social¦oogle¦.x¦ contact¦ieve¦ record¦zy¦
ched¦.append¦ echo¦ bro¦ turn¦acc¦ email¦ately¦ador¦ocus¦map¦ gre¦ fore¦ href¦uy¦77¦ired¦ action¦ bed¦ able¦ bir¦ca¦
 niet¦imer¦.println¦orage¦jor¦ dest¦ Do¦ici¦ anal¦ required¦ less¦ allow¦Ser¦gress¦actory¦ette¦Column¦ address¦.G¦
 javax¦ looking¦ never¦Ph¦oo¦ target¦><¦ material¦post¦ules¦ sus¦ bool¦uto¦49¦IP¦ mil¦ param¦_type¦acy¦joy¦ dig¦ Dr¦
 title¦ ask¦ With¦ context¦apt¦sk¦endo¦odes¦context¦ video¦my¦UE¦iversity¦aper¦ personal¦ config¦sub¦cha¦aph¦Instance¦
 grow¦ cou¦vious¦mand¦open¦fic¦ mal¦request¦ences¦ Ver¦ entre¦pository¦ista¦yd¦ sent¦summary¦ indiv¦Entity¦yr¦ican¦
abled¦icy¦ boolean¦ profession¦ently¦iod¦ buy¦ dom¦From¦ options¦imal¦ained¦apter¦.data¦ mes¦ console¦iti¦ products¦UI¦
 Su¦Property¦PO¦Control¦65¦pa¦mi¦ension¦ money¦.de¦ adv¦ price¦ites¦.create¦perties¦>>¦adas¦EX¦ version¦ individ¦
embers¦annel¦ include¦ended¦board¦ering¦ avec¦message¦assert¦option¦link¦ NULL¦lev¦ Dis¦ dev¦ Eng¦ ident¦box¦ children¦
 law¦ Reg¦ Set¦ http¦.Get¦Query¦ fre¦wing¦akt¦ sn¦ster¦({¦ls¦ nov¦ uns¦ aus¦Style¦md¦fort¦ match¦IO¦ Med¦ za¦umer¦ bes¦
ither¦ following¦agen¦ gover¦ mi¦ nos¦ Car¦ention¦ Sie¦select¦ position¦ ing¦opp¦ map¦\"¦.Drawing¦ await¦ short¦ename¦
una¦ update¦ lat¦ visit¦icro¦ Intern¦ uit¦ Not¦ nil¦ hal¦.Form¦button¦ today¦ eine¦ sob¦obile¦".¦.Add¦.cl¦raft¦ mach¦
 creat¦ouch¦plit¦unk¦(x¦ Add¦amos¦(st¦ sou¦ dire¦ fut¦','¦update¦format¦ bij¦maz¦uz¦clus¦tre¦anguage¦iction¦di¦(R¦${¦
300¦anks¦upport¦ obj¦eturn¦ Can¦ande¦rect¦ides¦json¦ blog¦ working¦aring¦web¦des¦'re¦ nu¦ door¦ based¦ML¦ lead¦
opyright¦ appe¦ don't¦95¦ lik¦eters¦yles¦ji¦ comb¦ making¦ occ¦Handler¦ Gener¦ ze¦ored¦bol¦conom¦HT¦47¦ possible¦ far¦
zo¦ activ¦ kun¦ meet¦ku¦Collection¦hel¦_list¦ sever¦OP¦ course¦ cam¦ done¦abil¦ quality¦ ID¦itive¦https¦ auch¦
 research¦();¦aur¦(l¦},¦abor¦"></¦ Int¦mente¦cope¦.Text¦path¦Edit¦ ur¦ yang¦Stream¦ away¦rix¦ATE¦ alle¦ ay¦-in¦utes¦
table¦js¦ moment¦ cell¦ light¦ label¦ imple¦default¦.,¦SON¦ sum¦aba¦46¦ understand¦Point¦dis¦ply¦ div¦ easy¦ Er¦Arg¦
mas¦ vot¦eren¦.find¦ food¦ vari¦ wel¦ably¦udio¦ times¦Url¦ past¦ four¦vironment¦Fl¦ mind¦lation¦ury¦ades¦ along¦ begin¦
 source¦ograph¦_L¦email¦ od¦obj¦ seem¦ ens¦static¦ throw¦response¦ enjoy¦thers¦ May¦ it's¦ house¦.sh¦ already¦Vis¦aat¦
args¦ients¦uns¦Ab¦ User¦","¦ibility¦ When¦ iz¦elo¦net¦icial¦ software¦ side¦/c¦ Log¦ exist¦ Pol¦TR¦ deb¦avig¦.Windows¦
Pre¦ cover¦ property¦group¦ases¦ ten¦ whe¦ivo¦ponents¦ given¦ral¦Menu¦ impro¦ Em¦ download¦side¦Select¦iety¦ width¦
 protected¦ employ¦.class¦++)¦ block¦ley¦ pract¦ called¦ tre¦ mer¦atform¦ kw¦(&¦ured¦IR¦uh¦ against¦_RE¦ results¦jo¦
 Christ¦ Bo¦nes¦Check¦ DE¦ perfect¦78¦ports¦ redu¦_H¦ cur¦pose¦sol¦asi¦ prim¦ Date¦Per¦ohn¦ ra¦ large¦portun¦ needs¦
_IN¦ benef¦Token¦El¦ ny¦ bi¦ float¦ney¦sel¦ges¦ pag¦CC¦ thing¦ why¦ Min¦.N¦ din¦aim¦iff¦ individual¦unch¦ottom¦ win¦-w¦
 Cal¦ certain¦Read¦ este¦Start¦size¦.size¦ low¦ camp¦ conc¦ elect¦ Ne¦ respons¦ inte¦IV¦ View¦elling¦kan¦ fund¦ learn¦
 alg¦.y¦ dies¦ony¦incip¦izer¦ via¦ status¦isi¦ energ¦sl¦ students¦ube¦mission¦position¦ sort¦ements¦oon¦iro¦ging¦>(¦Us¦
 ut¦.org¦elijk¦pression¦where¦cy¦ples¦ thought¦ trad¦ amount¦ neg¦ valid¦left¦Product¦ By¦imo¦ src¦mm¦ete¦UM¦dr¦
Builder¦ternal¦gy¦ hat¦artment¦cover¦ifier¦.Forms¦ival¦_V¦ Est¦imum¦ Ser¦ctor¦-h¦uis¦ live¦ Text¦ having¦uments¦ That¦
 inc¦num¦ ook¦ esc¦title¦sa¦La¦time¦ situ¦lish¦ land¦ tool¦CE¦kl¦.html¦ display¦ single¦ Ste¦ talk¦ node¦ Die¦ication¦
ella¦ema¦ ;¦Post¦ until¦cel¦aga¦atter¦mes¦ What¦uer¦uccess¦_pro¦_e¦uel¦59¦Bar¦ ant¦68¦amento¦vi¦ ich¦ len¦ More¦Ref¦58¦
])¦react¦ kon¦uts¦ Co¦ungen¦ops¦////////////////¦IF¦aint¦ Per¦arning¦down¦ione¦outh¦ mor¦ Pre¦ func¦ govern¦ None¦
 cond¦ treat¦ url¦Comp¦ educ¦ulation¦ publ¦ Test¦ gro¦ Object¦ Je¦ height¦body¦Http¦.value¦ cult¦ Up¦ clean¦lege¦42¦
formation¦ince¦ mis¦ och¦ load¦Call¦ purch¦ simple¦ toget¦Link¦True¦anda¦ocket¦=>¦ together¦oke¦Mod¦atal¦Method¦lin¦
 nie¦ipe¦ourn¦(r¦ once¦ items¦ output¦ju¦field¦ select¦ wat¦itter¦.spring¦etch¦aged¦ Ass¦198¦Activity¦ means¦df¦AY¦uly¦
 original¦ dit¦arl¦orr¦oom¦ ok¦End¦ card¦ilt¦ANT¦ cir¦ actually¦ mean¦ker¦si¦rij¦ beaut¦ often¦ either¦ makes¦uring¦
 bad¦ tod¦ problem¦ comput¦IZ¦ounds¦iga¦namespace¦mun¦Null¦ hom¦ supp¦eller¦vider¦ God¦ getting¦400¦annot¦erd¦ dam¦
(data¦ Am¦script¦Source¦ values¦ Array¦framework¦What¦ deal¦ram¦ community¦ Data¦.name¦Change¦ connect¦ cred¦ators¦
parse¦ mass¦ please¦ sobre¦ amb¦ bon¦mod¦ later¦ Mon¦ geb¦ quick¦ ao¦ night¦ specific¦ tal¦point¦Order¦ ever¦../../¦
params¦TH¦ story¦Factory¦ initial¦iste¦cret¦ features¦ details¦ natur¦Base¦ particip¦.push¦ Your¦ ele¦ author¦agn¦
 below¦ store¦)(¦ Web¦ural¦ continue¦parent¦abe¦ Part¦anto¦service¦.php¦Sp¦ OR¦ space¦ several¦<String¦ prob¦ recomm¦
 University¦yo¦ emp¦ question¦ ont¦ country¦atabase¦Back¦ instance¦source¦imate¦ami¦change¦pond¦remove¦used¦Acc¦std¦
 cook¦ face¦ enough¦ send¦anch¦Update¦ Gl¦oved¦ phot¦ pur¦(_¦aging¦ args¦.swing¦fa¦Repository¦_ST¦ila¦ uint¦cribe¦
ording¦ clos¦41¦ press¦oper¦color¦ Gu¦ example¦(j¦uri¦ members¦ alt¦iday¦ says¦uint¦.J¦ These¦56¦ bal¦ ber¦ Off¦ study¦
 gar¦ host¦dated¦aking¦ <=¦ extra¦ heb¦ financ¦ ach¦ particular¦ become¦idden¦stit¦ sind¦ city¦/s¦ player¦ major¦
 others¦mark¦!--¦active¦.springframework¦apping¦_size¦One¦_de¦ games¦ media¦ sens¦ilar¦ball¦ Ge¦ especial¦ button¦
 hold¦ Euro¦"))¦ >=¦ising¦ write¦kn¦ necess¦ Mark¦ison¦ yet¦ prec¦TE¦Mode¦iento¦ kl¦model¦98¦iri¦UP¦ged¦57¦ polit¦
ustry¦_to¦ lib¦ stay¦ save¦aya¦ental¦ './¦height¦URL¦ autom¦ location¦ favor¦ news¦ pers¦Create¦AME¦ One¦ font¦ nga¦pu¦
 teach¦ throws¦gt¦edd¦ sche¦ester¦NS¦ hours¦ comes¦anu¦ oder¦ complet¦inding¦zer¦gu¦.put¦ THE¦atu¦ministr¦ sav¦ ['¦
 miss¦ women¦ share¦Off¦ pie¦osp¦ copy¦ above¦################¦ least¦Width¦ larg¦.on¦ORT¦.con¦ecut¦ Val¦ nam¦iful¦
 friend¦97¦hand¦PL¦encia¦OK¦quired¦ etc¦inate¦ provided¦ focus¦ Act¦ represent¦Tem¦_R¦zt¦ due¦antes¦([¦YPE¦
 application¦ESS¦AX¦fully¦ola¦ensive¦ reason¦elen¦endif¦ipo¦ Comp¦.model¦igr¦150¦ season¦ bre¦-n¦DB¦ogn¦cast¦ row¦
pload¦icles¦ walk¦ pick¦.text¦start¦ingen¦ wait¦ Nov¦yt¦ pou¦ sont¦ Dec¦argin¦anger¦ across¦ires¦Valid¦ compan¦product¦
 File¦ close¦inary¦ period¦Command¦________¦ Us¦ development¦ auto¦ hu¦ move¦eft¦ future¦ tamb¦ writing¦server¦just¦
 werden¦ Form¦ ago¦ track¦ click¦pend¦state¦istance¦ task¦ offers¦How¦Module¦ sie¦ dating¦ doing¦ OF¦Hel¦most¦
 opportun¦Const¦ inn¦struction¦ option¦ handle¦43¦iddle¦ princip¦wards¦structor¦ gir¦adio¦ Il¦req¦ ev¦lear¦iple¦rea¦
 pal¦ Our¦ bien¦anz¦page¦AV¦Cell¦Grid¦Address¦<<¦ common¦ pack¦ sym¦ Free¦ questions¦Options¦Default¦ clear¦ixed¦ijd¦
iki¦ ah¦ created¦ zo¦iate¦ np¦ comment¦ info¦ typ¦urther¦nh¦ discuss¦ music¦ users¦ mga¦ State¦_v¦.js¦ERR¦leep¦ pict¦
iten¦ human¦ Bar¦null¦adding¦unit¦ subject¦ network¦ signific¦ Read¦lim¦Attribute¦reet¦lu¦aha¦ecute¦Title¦OV¦ determ¦
agment¦count¦Child¦base¦ started¦ maint¦ ren¦has¦ role¦ Art¦ tw¦header¦edia¦ IS¦Integer¦ minutes¦_g¦ART¦ tele¦My¦valu¦
hen¦ bil¦ele¦asure¦_set¦ compet¦ pred¦aux¦curity¦_G¦-se¦67¦center¦Block¦ global¦ nh¦imple¦ econom¦ Public¦ I'm¦itted¦
PI¦Panel¦ temp¦ tell¦oman¦root¦_W¦loor¦ though¦atie¦Icon¦ hope¦ignment¦itions¦ tout¦ applic¦ months¦ cy¦etr¦ box¦Me¦
inder¦itar¦ Post¦hal¦Row¦Load¦ Trans¦ associ¦ length¦amm¦ everything¦.v¦pli¦idades¦ relations¦author¦show¦ Es¦
(function¦quals¦ strong¦ complete¦oma¦ Det¦ bei¦icas¦olo¦ known¦ ges¦ nach¦QL¦ However¦ United¦ises¦lig¦_path¦(C¦hing¦
illa¦Fe¦ obt¦IB¦ front¦ },¦isch¦ points¦eni¦child¦eds¦ tax¦oe¦ Cor¦ving¦ Ag¦ async¦ film¦(name¦ whether¦ ple¦ische¦OW¦
 series¦urg¦.Size¦ deg¦FA¦ maar¦ See¦ inf¦ heart¦ Inter¦printf¦ RE¦ett¦ dir¦sy¦ young¦asy¦ffect¦ fall¦ respect¦typ¦
astic¦ watch¦Stack¦ibrary¦ bring¦Container¦control¦usiness¦There¦sm¦ db¦iva¦ Str¦urt¦asa¦ Class¦Position¦plied¦entes¦
func¦ dar¦ choose¦CL¦ install¦ eu¦ happen¦ fast¦ friends¦ stop¦ invol¦uma¦event¦urance¦Equal¦ history¦Serv¦Part¦year¦
 hor¦TO¦ City¦Utils¦Empty¦ someone¦ General¦197¦ynam¦ wie¦ json¦Num¦ query¦ugin¦iente¦ Dep¦ATION¦/m¦%%¦ phone¦ODE¦ pet¦
anged¦acebook¦asing¦ledge¦Buffer¦auth¦_ex¦ufact¦ anim¦:"¦ infl¦ popular¦ window¦ industry¦ btn¦Header¦Char¦atrix¦ age¦
 unique¦ enter¦ustomer¦ million¦ocol¦ kh¦ombre¦soft¦69¦ised¦admin¦ American¦anta¦ added¦ fit¦unn¦verage¦utions¦ vor¦
 Ang¦ strateg¦256¦ky¦.annot¦Dialog¦het¦ sil¦ article¦asse¦info¦ Cr¦ipping¦undle¦ wir¦egin¦ Google¦ collection¦ CON¦
current¦options¦ ot¦So¦ uk¦entity¦uper¦part¦ttps¦Height¦local¦aten¦Dr¦py¦ virt¦eme¦ysis¦ued¦''¦ came¦<T¦ ih¦outer¦ yn¦
 fig¦cal¦ experien¦iert¦ exam¦ phys¦uj¦ aux¦ota¦este¦ Fe¦ character¦ addition¦OUT¦ively¦ near¦ join¦stract¦iam¦andid¦
 tim¦ Of¦ environment¦patch¦iger¦Format¦roups¦.se¦<div¦ils¦ previous¦ works¦ hon¦ trab¦ conse¦ override¦ various¦ prop¦
ivery¦PS¦Player¦ device¦ render¦ wr¦gn¦aily¦Connection¦Bl¦CK¦aciones¦ditions¦ached¦vas¦ hi¦iden¦etwork¦ nd¦ https¦rodu¦
 World¦ accept¦Gener¦Task¦ John¦ register¦ expected¦oor¦_file¦ Sub¦Resource¦phone¦ professional¦ako¦ terms¦essages¦
Filter¦lood¦.user¦IZE¦ Red¦ulo¦ energy¦ald¦When¦ black¦ perm¦itude¦ption¦idos¦ ep¦ limit¦enda¦ Sm¦.V¦roy¦{{¦ naar¦
Search¦gan¦uses¦ parent¦ went¦ step¦ News¦ general¦wner¦ customer¦///¦\\¦ chall¦Eng¦lib¦Location¦Provider¦ column¦
 Cent¦KE¦rel¦ companies¦ provides¦ types¦iner¦ format¦jet¦II¦ sugg¦width¦ server¦ engine¦sv¦ dass¦ pen¦ sel¦gle¦ Aug¦
 member¦ customers¦ West¦ contr¦acity¦ ek¦attr¦client¦light¦eli¦ diffic¦ Pa¦ Out¦udi¦ ]¦Top¦ early¦ Please¦ weight¦
tributed¦ dim¦ answer¦ello¦ idea¦ terr¦ hier¦ government¦ Apr¦ whole¦status¦Down¦undo¦ took¦iler¦#if¦ Don¦abs¦env¦
 Copyright¦xy¦ normal¦ indic¦plac¦#endif¦ Some¦ *)¦ reading¦ issues¦ password¦ried¦'ll¦ cut¦ apply¦ns¦(const¦ received¦
 express¦(M¦address¦120¦ beautiful¦ suggest¦inen¦ coll¦orte¦oria¦aker¦views¦ mel¦ Ed¦ needed¦'.¦tributes¦ events¦Types¦
 []¦qual¦output¦()->¦omain¦ fi¦Description¦ Home¦ anything¦........¦255¦icip¦ correct¦TER¦ onder¦ training¦Tag¦ sy¦
 Cre¦ switch¦ITY¦ums¦ regard¦level¦tty¦ffer¦ taking¦ delete¦ center¦ gi¦ Pe¦ draw¦ York¦ nous¦ seen¦ AND¦ internet¦(S¦
_str¦ React¦ TV¦Case¦ screen¦-M¦emos¦acht¦rowser¦Frame¦rt¦ performance¦ among¦now¦ieren¦anced¦Dec¦istic¦ Check¦ sing¦
 lang¦ wonder¦ Just¦(false¦ prior¦ipment¦ tag¦riend¦ session¦ interface¦ILE¦ibil¦bs¦block¦51¦ impact¦ www¦ remove¦igo¦
_url¦anner¦ **¦untime¦Items¦msg¦ auth¦ natural¦gi¦.io¦ kann¦ rate¦DA¦ priv¦.H¦ rap¦IST¦aven¦ounter¦ loss¦ Europe¦Oper¦
bor¦(a¦then¦Am¦oj¦ Acc¦ votre¦ building¦52¦ cannot¦ras¦ feature¦ integr¦================================¦ actual¦
 files¦issions¦adu¦.label¦hl¦ relationship¦icos¦asta¦Output¦ After¦ sec¦chema¦imento¦ULT¦adem¦ Return¦-st¦ opp¦ init¦
host¦with¦(value¦ago¦-r¦ tro¦(true¦ technology¦ brand¦kin¦pc¦ command¦UG¦ided¦Te¦ voc¦ exact¦ comfort¦ background¦ober¦
MS¦edit¦ platform¦Rel¦ grand¦ellen¦ implement¦heet¦ worden¦ percent¦alle¦izes¦""¦ hotel¦ half¦Card¦ sig¦"/¦kom¦ except¦
 sen¦ selected¦ Hot¦Auth¦ pan¦ words¦ component¦ rights¦ resol¦ Pres¦izing¦odo¦ Event¦Ver¦ pi¦ living¦acion¦
 conditions¦ travel¦ management¦ Park¦POST¦ seu¦vision¦Br¦ believe¦_time¦ sites¦ foot¦.assert¦ True¦ ST¦rs¦ End¦
 language¦ership¦ receive¦ROM¦Server¦ claim¦ dog¦Open¦Window¦Do¦player¦ potential¦ fire¦ Gre¦ staff¦dir¦ nog¦though¦
 white¦ simply¦ ${¦Stat¦ veh¦ five¦fs¦section¦tries¦ esta¦aria¦}}¦ismo¦Thread¦enta¦inner¦efore¦ ill¦-to¦gest¦igin¦ kar¦
translation¦ Service¦ety¦ERT¦ description¦airs¦Max¦uni¦ Oct¦oph¦tex¦ Port¦ mut¦esta¦ entire¦ hol¦ori¦ "\¦Level¦196¦bit¦
 dro¦ursor¦ todo¦ casino¦ ju¦ everyone¦ Her¦alo¦ Sw¦ptember¦iso¦_get¦ conv¦ Def¦ Ap¦ bud¦alls¦ nou¦ difficult¦ SE¦
 further¦omet¦ stock¦ Now¦izar¦find¦ ger¦ wird¦icrosoft¦-g¦ Stud¦Length¦ deze¦ '@¦ decl¦istry¦ ~¦ nas¦Current¦ root¦
 gam¦click¦Bo¦AGE¦_E¦ Create¦ School¦coming¦ emb¦(id¦ saf¦igt¦ vir¦ellent¦ham¦lem¦ High¦Params¦ Ze¦uw¦ ts¦ token¦
itting¦aste¦ABLE¦ ord¦istory¦ San¦ Integer¦ Sol¦'est¦('/¦ Mus¦,'¦ Ma¦Email¦ additional¦DF¦ Air¦ issue¦Game¦iene¦
 changes¦.annotation¦Web¦ije¦Adapter¦_ID¦oder¦_DE¦aren¦ han¦imm¦ paper¦ cele¦SP¦/d¦ includes¦cher¦ ga¦see¦sem¦weet¦.ap¦
ERS¦anning¦ yourself¦ sua¦ Pat¦offset¦Lo¦last¦800¦ marketing¦ forward¦ Time¦.next¦ filter¦pg¦ mir¦enses¦.state¦ taken¦
 contract¦ "/¦ trying¦idge¦Json¦ connection¦ tech¦ bab¦ ses¦igher¦ crit¦actions¦Min¦ bill¦osed¦ refer¦ az¦600¦lose¦lik¦
Record¦sten¦ areas¦_key¦ active¦ however¦Unit¦54¦_value¦ States¦bi¦Equals¦ointer¦ inde¦.Name¦ National¦_info¦Password¦
dev¦ quite¦ reserv¦ ensure¦AND¦ Serv¦ student¦ border¦yes¦.write¦ mode¦96¦ similar¦ inside¦ einen¦cing¦"><¦ soon¦CA¦
 dal¦("#¦ tom¦ wor¦ almost¦ running¦ Count¦ financial¦ separ¦ TH¦ board¦lam¦53¦ South¦('#¦gar¦pected¦ plant¦ doc¦ ax¦
aves¦ modern¦udo¦ ",¦ Ent¦Entry¦Application¦87¦.png¦ currently¦ Color¦ Work¦uli¦endar¦_A¦car¦ fan¦ >>¦ waar¦oz¦ Will¦
 sv¦ era¦ problems¦CTION¦ tab¦opping¦anga¦ Exception¦ flex¦ <!--¦ stream¦ ful¦empty¦.Data¦akes¦hem¦bon¦ nur¦("/¦vest¦
 prem¦ credit¦ muit¦tx¦ jed¦ERE¦ ded¦.view¦Rem¦ designed¦ office¦hib¦ Na¦uda¦ Rem¦Function¦ban¦ template¦igger¦
container¦ifi¦ latest¦ Best¦pare¦adius¦afe¦Book¦ UI¦iting¦ahr¦Work¦tml¦ Online¦250¦ third¦hu¦items¦peed¦ famil¦ insp¦
 bank¦ev¦ todos¦ aqu¦ fem¦ sab¦can¦ lower¦(v¦ significant¦selves¦osa¦Init¦otype¦ nothing¦Session¦ effort¦ Het¦ takes¦
Last¦ NS¦ Book¦ regular¦ fill¦rapper¦ heeft¦ compr¦ bin¦ mid¦ likely¦??¦king¦ fra¦Parameter¦ told¦-S¦isse¦ tour¦
 usually¦quence¦ ready¦core¦ hac¦ especially¦ msg¦ gew¦ ways¦cry¦ Ac¦och¦pm¦uv¦isation¦fin¦icient¦ organiz¦eler¦Args¦
 deliver¦.net¦ ib¦ Type¦node¦ Facebook¦bers¦fil¦uta¦ALL¦ restaur¦ recommend¦(T¦ models¦Av¦ Ant¦Collections¦ Game¦
 standard¦adata¦CR¦ requ¦ Les¦register¦ risk¦while¦ithub¦awa¦ probably¦ params¦pha¦ '/¦ reviews¦images¦ manufact¦
ischen¦(!¦ agre¦_x¦ tar¦ digital¦ condition¦efined¦ Soc¦apa¦ increase¦ according¦IA¦iding¦ entr¦ cause¦ Tw¦Interface¦
 Inc¦Phone¦atas¦arth¦Mon¦tribution¦amily¦(pro¦verse¦ vez¦ tut¦Version¦ plac¦avigation¦ Del¦ Day¦ section¦ hit¦ctx¦ lov¦
mos¦ ("¦ Hand¦ fail¦Api¦FT¦ NOT¦ song¦ transform¦(get¦mbly¦Obj¦_se¦ knowledge¦iny¦First¦alar¦ourse¦enge¦aki¦rest¦
 approach¦angle¦ mobile¦ production¦ bag¦_user¦oding¦ lie¦ happy¦adores¦Details¦.To¦INT¦ sales¦heid¦ choice¦merc¦ fab¦
 you're¦ consum¦ matter¦holder¦ couple¦ related¦ Rob¦dule¦Reader¦Helper¦emp¦ fo¦ recent¦ North¦ definit¦avi¦.txt¦
 books¦ PM¦86¦ Mod¦ikk¦(user¦emo¦tras¦apan¦Tool¦ wanted¦btn¦ security¦ bis¦src¦ Windows¦.read¦Process¦iko¦imi¦byte¦
 From¦ estab¦ AM¦values¦ subs¦ ru¦ Sl¦ Met¦ dise¦ foi¦ drug¦UB¦sets¦ches¦Body¦ players¦ imm¦ <?¦atar¦ yo¦ coming¦Sl¦
 amaz¦ Center¦eline¦ entry¦sch¦auto¦_col¦ req¦.parse¦ aj¦(err¦ pretty¦ desc¦ higher¦ meer¦ Math¦ published¦irit¦ bol¦
ospital¦ Feb¦ining¦Ste¦ishing¦uster¦ Found¦ pero¦raint¦Engine¦-up¦bum¦echo¦nb¦atory¦PT¦ frame¦ening¦chan¦Account¦ Here¦
 altern¦next¦ official¦ purchase¦kr¦ Name¦Store¦.col¦lice¦ gas¦ekt¦Access¦ vel¦ ig¦aling¦ead¦ prevent¦empl¦ sun¦
 Program¦ ris¦temp¦'ve¦ machine¦ Map¦ virtual¦_SIZE¦orge¦PC¦ sound¦rown¦ round¦ WH¦Widget¦ sale¦etime¦ included¦
.status¦ party¦ prefer¦ noch¦ITH¦acks¦ tur¦ads¦ concern¦ absol¦idas¦ACK¦ returns¦ASS¦ einer¦ Internet¦ touch¦ensor¦Ext¦
dom¦ arch¦arter¦}</¦ investig¦only¦tag¦ oil¦ideos¦ shows¦inition¦asc¦ensions¦ pel¦ nice¦ zum¦ ci¦ progress¦ temper¦_tr¦
 longer¦ mai¦quare¦oni¦ resources¦Price¦enden¦(w¦adh¦=$¦geb¦ /**¦ EX¦ six¦ kr¦BA¦ pain¦ptr¦oko¦ sell¦styles¦ournal¦
 parte¦oring¦ fol¦ague¦ treatment¦ weeks¦ Product¦duc¦LL¦ares¦Category¦ esp¦prise¦alia¦ graph¦iser¦ictionary¦otion¦
 einem¦Left¦ fait¦ailed¦ note¦ARR¦89¦wise¦fol¦acional¦auf¦esc¦ clients¦.core¦wi¦ menu¦ images¦yy¦Selected¦area¦ held¦
 announ¦bug¦ haben¦iche¦ systems¦ drive¦ tor¦ango¦180¦ hun¦ learning¦ random¦ UR¦ gest¦_con¦ continu¦ilo¦":"¦
----------------------------------------------------------------¦_count¦ hy¦ viol¦ outside¦ Av¦ rather¦ international¦
 anyone¦esso¦inst¦ forma¦ worth¦BC¦enz¦aks¦eto¦false¦ upon¦ests¦ calcul¦ March¦ policy¦ Software¦ located¦anuary¦
 introdu¦\u¦flow¦Press¦ aud¦ solution¦ faz¦Vector¦ distributed¦ written¦ vert¦ ?>¦lang¦ facil¦ography¦onder¦jes¦ Har¦
istics¦dy¦bed¦ computer¦ multiple¦ ++¦aman¦ ^¦vector¦amera¦xx¦aly¦INE¦.query¦ady¦/b¦password¦ Black¦imary¦ynamic¦hol¦
.sub¦ confirm¦ FOR¦nav¦ reach¦price¦ hij¦agram¦123¦ mens¦atisf¦nie¦ nem¦itu¦ Inst¦"),¦ nt¦ Use¦Configuration¦Pol¦IE¦
 April¦Route¦001¦ungs¦ EN¦ instead¦raf¦ leave¦ unit¦END¦102¦.Set¦Que¦ ei¦?.¦.json¦ees¦ appear¦TP¦ feed¦riteria¦card¦
 propos¦OST¦ san¦ountry¦location¦Next¦ cette¦ rele¦ wordt¦Local¦ dia¦eno¦ safe¦ transport¦.apache¦ayment¦Cal¦eh¦inar¦
cu¦NU¦ English¦FO¦itchen¦XX¦main¦ speed¦rupt¦ $_¦~~¦ ground¦first¦ It's¦ kids¦irection¦ asked¦_index¦ legal¦ bul¦ERROR¦
.Collections¦adr¦ ul¦ administr¦ assist¦ vac¦akan¦ Afr¦login¦Op¦79¦ national¦ celebr¦ Fin¦ellow¦ medical¦ederal¦
mercial¦arden¦ Design¦ Austr¦pack¦ Open¦urrency¦ Long¦(g¦ His¦tocol¦ apr¦oub¦Settings¦GET¦ Then¦esch¦Red¦ behind¦[:¦
 rom¦hood¦nder¦.*¦plete¦Found¦ recogn¦icha¦CP¦ Mal¦ House¦=True¦float¦ tit¦ Si¦GL¦Storage¦ easily¦ Fre¦ipl¦ proced¦
hold¦ June¦ late¦ flow¦zu¦ajo¦ average¦ Group¦ education¦ Sal¦LECT¦ Go¦ Direct¦edi¦ database¦-e¦ Bro¦ ideas¦195¦
 nature¦ opportunity¦ifest¦ skills¦cm¦Rect¦ Mag¦ spr¦ materials¦ throughout¦inda¦ecur¦ ball¦ parts¦ norm¦ imag¦ cha¦
iza¦grid¦ comments¦Target¦ seems¦ono¦ till¦amin¦ ANY¦[j¦RA¦Sign¦ affect¦ilder¦illed¦ icon¦ paint¦ Sk¦ cases¦blic¦
length¦oday¦ collect¦ TO¦Each¦110¦ Hol¦imation¦ Health¦That¦('.¦ Key¦ allows¦ storage¦Long¦ Over¦ methods¦ Mc¦ charg¦
 proper¦ candid¦ August¦icket¦Our¦But¦icker¦ceed¦(str¦76¦itation¦avy¦vey¦ Main¦aje¦101¦Project¦entry¦anya¦ zur¦UD¦
 sein¦ region¦ variety¦inger¦ comme¦ Start¦ Sim¦'))¦.map¦sql¦graph¦ Image¦band¦ False¦.remove¦ skin¦ pun¦:(¦Changed¦
 ip¦ excellent¦acing¦ chat¦Dep¦emory¦(string¦ORD¦van¦Selector¦ complex¦zz¦atives¦85¦ exception¦ Top¦_of¦ fort¦BO¦ocr¦
 death¦ !==¦ AS¦194¦ hebben¦Co¦ cop¦ancel¦eneric¦_SE¦term¦ODO¦ September¦quer¦aign¦module¦ chance¦ugu¦Tree¦ gel¦.Group¦
 quickly¦ Cas¦exp¦lan¦vez¦region¦-F¦128¦ nom¦imit¦ijke¦ Business¦(-¦ cross¦jen¦icate¦Option¦ programs¦number¦EXT¦lat¦
 sist¦cs¦ deep¦ ones¦Var¦ hair¦ America¦ lock¦ activity¦(result¦ insurance¦ built¦ China¦ wish¦ayers¦ leading¦ faire¦
(h¦/or¦engan¦qq¦MA¦Login¦ Dav¦/p¦eting¦Impl¦URE¦ seek¦ '<¦192¦Mapping¦imb¦ patients¦ cart¦rot¦.path¦attle¦ necessary¦
 Dan¦ cool¦witch¦ Cons¦*)¦ tree¦False¦top¦ July¦ahl¦wood¦ activities¦ wide¦tempt¦ band¦(re¦Ne¦API¦font¦.aw¦.close¦mar¦
 Model¦After¦aire¦ nan¦Return¦.List¦ipped¦ resid¦ memory¦ instit¦ consult¦inos¦ wrong¦,-¦ remember¦-year¦ JSON¦users¦
style¦ Id¦ header¦[$¦ empty¦_by¦ slot¦account¦ Super¦ unt¦Delete¦ looks¦Port¦ implements¦more¦tect¦ release¦ circ¦
 town¦-based¦ Ber¦ quant¦ship¦Active¦__(¦}/¦zie¦sen¦ fant¦ filename¦ practice¦ movie¦weight¦ikt¦ playing¦ star¦_at¦
Please¦CD¦upp¦JSON¦jer¦ Person¦ Mac¦ gan¦ growth¦ aber¦ordin¦ County¦Total¦ cada¦anges¦ saw¦ discover¦ kas¦Values¦.res¦
 Ke¦ Any¦ meng¦ immed¦ ability¦oker¦-B¦EST¦but¦atan¦Dir¦ Der¦ pap¦gal¦cd¦ pattern¦ington¦(@¦ resource¦ photos¦CO¦ hay¦
Show¦template¦ymbol¦ useful¦Controls¦ouw¦ Microsoft¦ATA¦ tan¦cz¦_code¦(res¦ expert¦ategories¦ First¦ological¦ favorite¦
 compar¦avel¦ Link¦ ton¦ floor¦ Http¦ lives¦.current¦ margin¦ properties¦@Override¦ charge¦.In¦ Jes¦ tend¦arios¦ PRO¦
 UK¦aken¦Art¦ levels¦itable¦ongo¦ jour¦ARE¦ wur¦esh¦sta¦.cont¦acters¦amed¦ pool¦_add¦ulu¦ Pal¦Gl¦components¦Template¦
 avoid¦mazon¦ improve¦Vari¦ evalu¦Del¦ India¦ While¦Enabled¦yg¦(B¦lag¦xim¦ecurity¦iring¦ god¦ frequ¦ vida¦scope¦olf¦
 parse¦aro¦ recently¦ daily¦ mehr¦onday¦actor¦ score¦ empres¦long¦ compl¦ equipment¦exports¦ tools¦Il¦ firm¦ ai¦
 selection¦Properties¦ abs¦ capt¦truct¦Main¦=\"¦ liter¦ analysis¦ prices¦ convert¦.dis¦ Sa¦Font¦ova¦encies¦eden¦
 career¦ Ben¦ roll¦.string¦ amazing¦oms¦Use¦ boy¦Can¦.)¦(null¦acket¦.css¦ jo¦ verd¦ finally¦fit¦ effective¦ updated¦
 influ¦ demand¦ concept¦elles¦ trust¦nu¦ bath¦utt¦None¦ersist¦aires¦ pros¦delete¦ fer¦ kle¦ sense¦ train¦unday¦ sz¦
 directly¦ Aut¦.$¦ FROM¦known¦ club¦ dh¦ alert¦aries¦oro¦?:¦ Techn¦ liv¦ fields¦otes¦ can't¦ didn¦ pages¦72¦Ag¦Detail¦
About¦ War¦ ..¦ Commun¦agem¦ondon¦NE¦ projects¦ Prom¦yth¦ds¦inde¦urer¦.new¦ aspect¦ gold¦ km¦ buffer¦-a¦Props¦(()¦Hash¦
firm¦.</¦ goal¦ PC¦ vie¦.ch¦ thread¦Msg¦dat¦stream¦****************************************************************¦
 starting¦eda¦pat¦isc¦arante¦ Bel¦_string¦ Brit¦ notice¦Range¦ moet¦ exerc¦-re¦ugar¦ lu¦PR¦ners¦ Information¦ussi¦
 gets¦+"¦Right¦.error¦ techni¦ elements¦ mention¦ kam¦lay¦IGHT¦ blood¦Mark¦$this¦rame¦.web¦iana¦ ::¦.min¦asons¦ija¦
 Error¦ views¦ez¦ decision¦arts¦ numbers¦ observ¦har¦ November¦ owner¦ associated¦eur¦lean¦aus¦ Sen¦ delivery¦contr¦
ivil¦ adult¦ histor¦ attention¦ January¦ ''¦ rob¦ International¦.update¦ rais¦Display¦ tid¦OC¦chaft¦method¦ lines¦\x¦
kk¦ Real¦cil¦ attempt¦onom¦ rock¦oter¦ morning¦oggle¦ category¦ shall¦ Ein¦_back¦role¦ oh¦ran¦ WITH¦close¦ picture¦
 dag¦ bottom¦ Sam¦ verb¦ kwa¦ Base¦ college¦ essential¦ road¦ IT¦icks¦ commit¦Serial¦ doesn't¦unsigned¦ settings¦
 innov¦ sleep¦ names¦ earn¦ October¦sych¦ sold¦ Down¦reci¦ims¦ cin¦ Project¦ Vector¦_array¦ photo¦ King¦ ign¦ extrem¦
.a¦ woman¦ unsigned¦space¦ pul¦BUG¦111¦iller¦ parents¦)).¦ solid¦ Lo¦ durch¦ situation¦aturday¦Render¦Trace¦oles¦Die¦
-de¦_TYPE
"""

RANKS: Final = {piece: rank for rank, piece in enumerate(_MERGES.strip("\n").replace("\n", "").split("¦"))}
